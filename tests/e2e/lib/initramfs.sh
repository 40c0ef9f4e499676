# SPDX-License-Identifier: GPL-2.0-only
# The guest's userland. Sourced by bash scripts after beds.sh.

programs=(/usr/bin/iio_info /usr/bin/iio_readdev /usr/bin/iio_attr /usr/sbin/iiod)
kernel_modules=(configfs iio-trig-hrtimer iio-trig-sysfs iio_hwmon kfifo_buf
	industrialio-triggered-buffer crc16 xhci-pci ftdi_sio)

# Puts a program or library of the sysroot and all that it needs into the guest.
add_binary() {
	local file=$1

	[ ! -e "$root/$file" ] || return 0
	mkdir -p "$root/$(dirname "$file")"
	cp -L "$sysroot$file" "$root$file"
	add_needs "$root$file"
}

add_needs() {
	local need

	for need in $(readelf -d "$1" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p'); do
		add_binary "$(find_library "$need")"
	done
	need=$(readelf -l "$1" | sed -n 's/.*interpreter: \(.*\)\]/\1/p')
	[ -z "$need" ] || add_binary "$need"
}

find_library() {
	local folder

	for folder in "$sysroot"/{,usr/}lib/{"$arch"-linux-gnu,arm-linux-gnueabihf,}; do
		if [ -e "$folder/$1" ]; then
			echo "${folder#"$sysroot"}/$1"
			return
		fi
	done
	die "$bed: no library $1"
}

# Stock modules that the scenarios want, where the kernel has them as modules.
add_kernel_modules() {
	local name path

	mkdir -p "$root/lib/modules"
	for name in "${kernel_modules[@]}"; do
		{ modprobe -d "$kernel" -S "$release" --show-depends "$name" 2>/dev/null || true; } |
			sed -n 's/^insmod \([^ ]*\).*/\1/p'
	done | sort -u | while read -r path; do
		install -D -m 644 "$path" "$root/${path#"$kernel"/}"
	done
	find "$root/lib/modules" -name '*.ko.xz' -exec xz -d {} +
}

add_our_modules() {
	local folder=$root/lib/modules/$release list

	mkdir -p "$folder/updates"
	find "$built/tree/drivers" -name '*.ko' -exec cp {} "$folder/updates" \;
	for list in modules.order modules.builtin modules.builtin.modinfo; do
		find "$kernel/lib/modules/$release/$list" "$kernel/$list" -exec cp {} "$folder" \; -quit 2>/dev/null || true
	done
	depmod -b "$root" "$release"
}

# guest_program CC NAME SOURCE
guest_program() {
	"$1" -std=gnu11 -O2 -Wall -Wextra -Werror -static -I "$top/include/uapi" \
		-o "$root/bin/$2" "$top/tests/e2e/guest/$3.c"
}

# Stock kernels run programs of 32 bits too.
add_guest_programs() {
	local name

	for name in attr rs485 scan ttybus; do
		guest_program "${cross}gcc" "$name" "$name"
	done
	[[ $bed != stock-* ]] || ! command -v i686-linux-gnu-gcc >/dev/null ||
		guest_program i686-linux-gnu-gcc ttybus32 ttybus
}

# With the guest's compiler and libraries
make_meterctl() {
	local make=(make -s -C "$top/tools/meterctl" O="$built/meterctl")

	if [ -z "$sysroot" ]; then
		"${make[@]}"
	else
		PKG_CONFIG_SYSROOT_DIR=$sysroot \
			PKG_CONFIG_LIBDIR=$sysroot/usr/lib/${cross%-}/pkgconfig \
			"${make[@]}" CC="${cross}gcc --sysroot=$sysroot"
	fi
}

add_meterctl() {
	make_meterctl >"$built/meterctl.log" 2>&1 || {
		cat "$built/meterctl.log" >&2
		die "meterctl does not build"
	}
	cp "$built/meterctl/meterctl" "$root/bin/"
	add_needs "$root/bin/meterctl"
	mkdir -p "$root/lib/terminfo"
	cp -r /lib/terminfo/[lvx] "$root/lib/terminfo/"
}

initramfs() {
	local root=$work/root program

	rm -rf "$root"
	mkdir -p "$root"/{bin,dev,proc,run,sys,tmp,lib,scenarios,sbin,etc,usr/bin,usr/sbin}
	cp "${sysroot:-}/bin/busybox" "$root/bin/busybox"
	ln -s busybox "$root/bin/sh"
	ln -s /bin/modprobe "$root/sbin/modprobe"
	install -m 755 "$top/tests/e2e/guest/init" "$root/init"
	install -m 755 "$top/tests/e2e/guest/hotplug" "$root/bin/hotplug"
	cp "$top"/tests/e2e/guest/{test.sh,expected.awk} "$root/lib/"
	for program in "${programs[@]}"; do
		add_binary "$program"
	done
	add_kernel_modules
	add_our_modules
	add_guest_programs
	add_meterctl
	pack "$root" "$work/initramfs"
}

# pack FOLDER ARCHIVE
pack() { (cd "$1" && find . | cpio -o -H newc --quiet -R 0:0) >"$2"; }
