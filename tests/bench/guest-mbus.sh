# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2154
# The benchmark's work on the M-Bus in the guest. Sourced by the scenario; prints lines
# "bench NAME key=value..." for tests/bench/report.

. /lib/bench/size.sh

# readouts NAME METER DEVICE COUNT: whole read-outs, one after another
readouts() {
	readouts_dir=$(iio "$3")
	echo 0 >"$readouts_dir/update_interval"
	readouts_lag=$(counter '' lag_us)
	readouts_nke=$(counter "$2" nke) readouts_selects=$(counter '' selects)
	readouts_before=$(content "$3/statistics/exchanges")
	iiobench "$1" exchange "$readouts_dir/in_energy0_raw" "$4" 0 2>&1 |
		while read -r line; do note "$line"; done
	readouts_after=$(content "$3/statistics/exchanges")
	note "bench wire-$1 exchanges=$((readouts_after - readouts_before))" \
		"lag=$(($(counter '' lag_us) - readouts_lag))" \
		"nke=$(($(counter "$2" nke) - readouts_nke))" \
		"selects=$(($(counter '' selects) - readouts_selects))"
}

on mbus
for dev in 0-07 0-22091039CD250102; do
	online $dev 60 || not_ok "$dev is online"
	get "$(iio $dev)/in_energy0_raw" >/dev/null
done
readouts mbus-2400 primary 0-07 $((exchanges / 10))
readouts mbus-9600 full 0-22091039CD250102 $((exchanges / 5))
