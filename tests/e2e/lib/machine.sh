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

# line UART ARG...: simulated meters on that UART. Used by the files of boots/.
line() {
	local uart=$1 control=()

	shift
	[ "$uart" -ne 1 ] || control=(--control "unix:$scratch/control")
	"$top/build/sim/metersim" --line "unix:$scratch/port$uart" --params "$scratch/trace" \
		--uart "$uart" "${control[@]}" "$@" >"$work/metersim-$uart.log" 2>&1 &
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

# The console goes into a file. With $terminal, UART 2 is for people.
chardevs() {
	qemu_args+=(-chardev "file,id=port0,path=$console")
	chardev 1 port1
	if [ -n "${terminal-}" ]; then
		qemu_args+=(-chardev stdio,id=port2,signal=off)
	else
		chardev 2 port2
	fi
	chardev 3 control
}

isa_uart() { qemu_args+=(-device "isa-serial,index=$1,iobase=$2,irq=$3,chardev=port$1"); }

x86_machine() {
	qemu=qemu-system-x86_64
	qemu_args+=(-M q35)
	isa_uart 0 0x3f8 4
	isa_uart 1 0x2f8 3
	isa_uart 2 0x3e8 5
	isa_uart 3 0x2e8 7
	[ ! -e "$scratch/ssdt.aml" ] || qemu_args+=(-acpitable "file=$scratch/ssdt.aml")
}

arm_machine() {
	qemu=qemu-system-arm
	qemu_args+=(-M vexpress-a9 -dtb "$scratch/vexpress-v2p-ca9-pro380.dtb"
		-serial chardev:port0 -serial chardev:port1 -serial chardev:port2 -serial chardev:port3)
}

# machine CMDLINE INITRAMFS: runs the machine to its end, with the console in $console.
machine() {
	qemu_args=(-nodefaults -display none -no-reboot -m "$memory" -smp "$smp" -kernel "$kernel/vmlinuz"
		-initrd "$2" -append "console=${tty}0 panic=-1 printk.devkmsg=on $1"
		-trace "memory_region_ops_write,file=$scratch/trace")
	chardevs
	"${arch/x86_64/x86}_machine"
	timeout --foreground "${deadline:-60}" "$qemu" "${qemu_args[@]}" 2>"$work/qemu.log"
}

# The ACPI path of the UART at 0x2f8, asked of the running kernel once per QEMU version.
uart_path() {
	local known=$top/build/e2e/uart-path version

	version=$(qemu-system-x86_64 --version | head -n 1)
	if [ "$(head -n 1 "$known" 2>/dev/null)" != "$version" ]; then
		ask_uart_path >"$known.$bed"
		[ -s "$known.$bed" ] || die "no UART at 0x2f8: see $console"
		{ echo "$version"; cat "$known.$bed"; } >"$known"
	fi
	tail -n 1 "$known"
}

ask_uart_path() {
	local console=$work/uart-path.log root=$scratch/probe

	mkdir -p "$root"/{bin,dev,proc,sys}
	cp /bin/busybox "$root/bin/"
	install -m 755 "$top/tests/e2e/guest/uart-path" "$root/init"
	pack "$root" "$scratch/probe.cpio"
	machine quiet "$scratch/probe.cpio"
	tr -d '\r' <"$console" | sed -n 's/^uart-path: \(.*\)/\1/p'
}

# The path as ASL wants it, without the filling of short names.
firmware_acpi() {
	local path

	path=$(uart_path | sed 's/_*\././g; s/_*$//')
	sed -e "s|\"@PATH@\"|\"${path//\\/\\\\\\\\}\"|; s|@PORT@|${path//\\/\\\\}|" \
		"$top/tests/e2e/acpi/$1.asl" >"$scratch/ssdt.asl"
	iasl -p "$scratch/ssdt" "$scratch/ssdt.asl" >"$work/iasl.log" 2>&1 || {
		cat "$work/iasl.log" >&2
		die "the SSDT does not compile"
	}
}

firmware_dt() {
	make -s -C "$top/dts" KSRC="$cache/source-6.12/tree" O="$scratch" >"$work/dtc.log" 2>&1 || {
		cat "$work/dtc.log" >&2
		die "the device tree does not compile"
	}
}

# firmware NAME: describes that bus to the guest.
firmware() {
	case $bed in
	arm-dt) firmware_dt ;;
	*) firmware_acpi "$1" ;;
	esac
}
