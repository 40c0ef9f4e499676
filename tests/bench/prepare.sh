# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154
# Puts the benchmark's programs into a boot. Sourced by tests/e2e/boots/bench*.

bench_program() {
	local root=$scratch/extra need

	install -D -m 755 "$work/bench/$1" "$root/bin/$1"
	readelf -d "$work/bench/$1" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' |
		while read -r need; do
			add_binary "$(find_library "$need")"
		done
}

bench_module() {
	local folder=$work/bench/empty

	mkdir -p "$folder"
	cp "$top"/tests/bench/empty/* "$folder/"
	make -s -C "$kernel/kdir" "M=$folder" W=1 modules >"$work/bench/module.log" 2>&1 || {
		cat "$work/bench/module.log" >&2
		die "the benchmark's module does not build"
	}
	install -D -m 644 "$folder/iio_empty.ko" "$scratch/extra/lib/bench/iio_empty.ko"
}

bench_scan_prepare() {
	local root=$scratch/extra

	add_binary /usr/bin/mbpoll
	install -D -m 644 "$top/tests/bench/guest-scan.sh" "$root/lib/bench/guest-scan.sh"
}

bench_prepare() {
	make -s -C "$top/tests/bench" O="$work/bench"
	bench_program mbread
	bench_program iiobench
	bench_module
	cp "$top"/tests/bench/{guest,guest-mbus,held}.sh "$scratch/extra/lib/bench/"
	echo "exchanges=${BENCH_EXCHANGES:-1000}" >"$scratch/extra/lib/bench/size.sh"
}
