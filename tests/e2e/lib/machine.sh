# SPDX-License-Identifier: GPL-2.0-only
# QEMU, its firmware description and what hangs on its UARTs. Sourced by bash scripts
# after beds.sh. A boot's files lie in $scratch; what it started is in $children.

children=()

stop_children() {
	[ ${#children[@]} -eq 0 ] || kill "${children[@]}" 2>/dev/null || true
	children=()
}

# appears FILE: waits for a program that was started to make it.
appears() {
	local _

	for _ in $(seq 200); do
		[ ! -e "$1" ] || return 0
		sleep 0.05
	done
	die "nobody made $1"
}

# line UART ARG...: simulated meters on that UART, or on the adapter "usb" or "pci", of which
# nobody knows the settings. Used by the files of boots/. The guest's control line goes to the
# one on UART 1, which passes on what is for the others.
line() {
	local uart=$1 more=(--control "unix:$scratch/control$1") name

	shift
	if [ "$uart" = 1 ]; then
		more=(--control "unix:$scratch/control" --relay "mbus=unix:$scratch/control2")
		for name in usb pci; do
			more+=(--relay "$name=unix:$scratch/control$name")
		done
	fi
	[[ $uart != [12] ]] || more+=(--params "$scratch/trace" --uart "$uart")
	"$top/build/sim/metersim" --line "unix:$scratch/port$uart" "${more[@]}" "$@" \
		>"$work/metersim-$uart.log" 2>&1 &
	children+=($!)
	appears "$scratch/port$uart"
}

# chardev UART SOCKET: nothing is on the UART where nobody made the socket.
chardev() {
	if [ -e "$scratch/$2" ]; then
		qemu_args+=(-chardev "socket,id=port$1,path=$scratch/$2")
	else
		qemu_args+=(-chardev "null,id=port$1")
	fi
}

# The console goes into a file.
chardevs() {
	qemu_args+=(-chardev "file,id=port0,path=$console")
	chardev 1 port1
	chardev 2 port2
	chardev 3 control
}

# adapter NAME DEVICE...: in machines whose boot has a line for it
adapter() {
	local name=$1 device

	shift
	[ -e "$scratch/port$name" ] || return 0
	chardev "$name" "port$name"
	for device; do
		qemu_args+=(-device "$device")
	done
}

isa_uart() { qemu_args+=(-device "isa-serial,index=$1,iobase=$2,irq=$3,chardev=port$1"); }

# With $terminal a fifth UART, which only stock kernels have a driver for, is for people.
x86_machine() {
	local table

	qemu=qemu-system-x86_64
	qemu_args+=(-M q35)
	isa_uart 0 0x3f8 4
	isa_uart 1 0x2f8 3
	isa_uart 2 0x3e8 5
	isa_uart 3 0x2e8 7
	for table in "$scratch"/*.aml; do
		[ ! -e "$table" ] || qemu_args+=(-acpitable "file=$table")
	done
	adapter usb qemu-xhci usb-serial,chardev=portusb
	adapter pci pci-serial,chardev=portpci
	[ -z "${terminal-}" ] || qemu_args+=(-chardev stdio,id=port4,signal=off -device pci-serial,chardev=port4)
}

arm_machine() {
	qemu=qemu-system-arm
	qemu_args+=(-M vexpress-a9 -dtb "$scratch/vexpress-v2p-ca9-pro380.dtb"
		-serial chardev:port0 -serial chardev:port1 -serial chardev:port2 -serial chardev:port3)
}

# machine CMDLINE INITRAMFS: runs the machine to its end, with the console in $console.
machine() {
	qemu_args=(-nodefaults -display none -no-reboot -m "$memory" -smp "$smp" -kernel "$kernel/vmlinuz"
		-initrd "$2" -append "console=${tty}0 panic=-1 printk.devkmsg=on 8250.nr_uarts=8 $1"
		-trace "memory_region_ops_write,file=$scratch/trace")
	chardevs
	"${arch/x86_64/x86}_machine"
	timeout --foreground "${deadline:-60}" "$qemu" "${qemu_args[@]}" 2>"$work/qemu.log"
}

# uart_path IO: the ACPI path of that UART, asked of a running kernel once per QEMU version.
uart_path() {
	local known=$top/build/e2e/firmware version

	version=$(qemu-system-x86_64 --version | head -n 1)
	if [ "$(head -n 1 "$known" 2>/dev/null)" != "$version" ]; then
		{ echo "$version"; ask_firmware; } >"$known.$$"
		grep -q "^$1 " "$known.$$" || die "no UART at $1: see $work/firmware.log"
		mv "$known.$$" "$known"
	fi
	sed -n "s/^$1 //p" "$known"
}

# "IO PATH" of each UART, and "dsdt HEX" for each part of that table
ask_firmware() {
	local console=$work/firmware.log root=$scratch/probe

	mkdir -p "$root"/{bin,dev,proc,sys}
	cp /bin/busybox "$root/bin/"
	install -m 755 "$top/tests/e2e/guest/firmware" "$root/init"
	pack "$root" "$scratch/probe.cpio"
	machine quiet "$scratch/probe.cpio"
	tr -d '\r' <"$console" | sed -n 's/^uart-path: \(.*\)/\1/p; s/^\(dsdt .*\)/\1/p'
}

# A DSDT whose integers have 64 bits in place of QEMU's, for an _ADR without "reg". A kernel
# whose tables were replaced has lockdep no more, so only where there was none.
wide_dsdt() {
	local root=$scratch/acpi

	mkdir -p "$root/kernel/firmware/acpi"
	sed -n 's/^dsdt //p' "$top/build/e2e/firmware" | "$top/tests/e2e/acpi/widen" \
		>"$root/kernel/firmware/acpi/dsdt.aml"
	pack "$root" "$scratch/acpi.cpio"
}

# firmware_acpi BUS IO: the SSDT of that bus. ASL wants the path without the filling of
# short names.
firmware_acpi() {
	local path

	path=$(uart_path "$2" | sed 's/_*\././g; s/_*$//')
	sed -e "s|\"@PATH@\"|\"${path//\\/\\\\\\\\}\"|; s|@PORT@|${path//\\/\\\\}|" \
		"$top/tests/e2e/acpi/$1.asl" >"$scratch/$1.asl"
	[[ $bed != stock-* ]] || sed -i '/@NARROW@/d' "$scratch/$1.asl"
	iasl -p "$scratch/$1" "$scratch/$1.asl" >"$work/iasl.log" 2>&1 || {
		cat "$work/iasl.log" >&2
		die "the SSDT of $1 does not compile"
	}
}

firmware_dt() {
	make -s -C "$top/dts" KSRC="$cache/source-6.12/tree" O="$scratch" >"$work/dtc.log" 2>&1 || {
		cat "$work/dtc.log" >&2
		die "the device tree does not compile"
	}
}

# without_bus DTB ALIAS: takes that bus out of the tree, and gives its UART a speed, which is
# not that of the bus that it may become.
without_bus() {
	local bus

	bus=$(fdtget "$1" /aliases "$2")
	fdtput -r "$1" "$bus"
	fdtput -d "$1" /aliases "$2"
	fdtput -t u "$1" "$(dirname "$bus")" current-speed 115200
}

# firmware BUS...: describes these to the guest.
firmware() {
	local name

	if [ "$bed" = arm-dt ]; then
		firmware_dt
		[[ " $* " == *" mbus "* ]] || without_bus "$scratch/vexpress-v2p-ca9-pro380.dtb" mbus0
		return
	fi
	for name; do
		case $name in
		modbus) firmware_acpi modbus 0x2f8 ;;
		mbus) firmware_acpi mbus 0x3e8 ;;
		esac
	done
	[[ $bed != stock-* ]] || wide_dsdt
}
