# SPDX-License-Identifier: GPL-2.0-only
# What the scenarios are written with. Sourced by the guest's init and by each scenario.
# Results go to the kernel's log, one record a line, so that they keep their order with
# the kernel's own messages.

bed=$(sed -n 's/.*\bpro380.bed=\([^ ]*\).*/\1/p' /proc/cmdline)
case $bed in
arm-dt) uart=/dev/ttyAMA ;;
*) uart=/dev/ttyS ;;
esac

# on BUS: which bus and simulator the functions below speak of: modbus, or mbus.
on() {
	which=$1
	bus=/sys/bus/$1/devices
}
on modbus

log() { echo "pro380-test: $*" >/dev/kmsg; }
ok() { log "ok - $scenario: $1"; }
not_ok() { log "not ok - $scenario: $1${2:+ ($2)}"; }
skip() { log "skip - $scenario: $1: $2"; }
note() { log "# $*"; }

# check NAME COMMAND...: passes when the command succeeds.
check() {
	check_name=$1
	shift
	if "$@" >/tmp/check.log 2>&1; then
		ok "$check_name"
	else
		not_ok "$check_name" "$(head -c 300 /tmp/check.log | tr '\n' ' ')"
	fi
}

# is NAME GOT WANTED
is() {
	if [ "$2" = "$3" ]; then
		ok "$1"
	else
		not_ok "$1" "got '$2', wanted '$3'"
	fi
}

# among NAME GOT LOW HIGH
among() {
	if [ "$2" -ge "$3" ] 2>/dev/null && [ "$2" -le "$4" ]; then
		ok "$1"
	else
		not_ok "$1" "got '$2', wanted $3 to $4"
	fi
}

# Hundredths of a second since boot.
now() {
	read -r now_uptime _ </proc/uptime
	echo "${now_uptime%.*}${now_uptime#*.}"
}

# wait_for SECONDS COMMAND...: until the command succeeds; false at the deadline.
wait_for() {
	wait_end=$(($(now) + $1 * 100))
	shift
	until "$@" >/dev/null 2>&1; do
		[ "$(now)" -lt "$wait_end" ] || return 1
		usleep 50000
	done
}

# All events of devices that came and went have been handled: no module is loaded for one of
# them any more.
settled() { [ "$(cat /tmp/uevent)" -ge "$(cat /sys/kernel/uevent_seqnum)" ]; }

# The simulator of the bus, or of the adapter that $which names, over the control line:
# prints the reply after its ok, fails on err.
control_open() {
	stty -F "${uart}3" raw -echo
	exec 8<>"${uart}3"
}

ctl() {
	case $which in
	modbus) echo "$*" >&8 ;;
	*) echo "@$which $*" >&8 ;;
	esac
	read -r -t 20 ctl_verdict ctl_reply <&8 || { ctl_verdict=none; ctl_reply=; }
	echo "$ctl_reply"
	[ "$ctl_verdict" = ok ] || { note "control of $which: $*: $ctl_verdict $ctl_reply"; return 1; }
}

# counter METER NAME: one of the simulator's statistics; without a METER, of the line.
counter() { ctl stats "$1" | tr ' ' '\n' | sed -n "s/^$2=//p"; }

get() { attr get "$@"; }
put() { attr put "$@"; }
content() { get "$bus/$1"; }

# is_online DEVICE ...; state_is DEVICE STATE
state_is() { [ "$(content "$1/state")" = "$2" ]; }

# iio DEVICE: the IIO device's folder below the bus device.
iio() {
	for iio_dir in "$bus/$1"/iio:device*; do
		[ ! -e "$iio_dir" ] || echo "$iio_dir"
	done
}
has_iio() { [ -n "$(iio "$1")" ]; }
iio_name() { basename "$(iio "$1")"; }
online() { wait_for "${2:-30}" state_is "$1" online && wait_for 10 has_iio "$1"; }
gone() { [ ! -e "$1" ]; }

# registers UNIT: the meter's whole map as "ADDRESS WORD..." lines.
registers() {
	echo "4000 $(ctl reg "$1" 4000 32)"
	echo "5000 $(ctl reg "$1" 5000 50)"
	echo "6000 $(ctl reg "$1" 6000 75)"
}

# mbus_settings METER: what the files must show besides the energies
mbus_settings() {
	for mbus_what in serial manufacturer version medium status address; do
		echo "$mbus_what $(ctl mb "$1" $mbus_what)"
	done | sed 's/^serial /serial_number /'
}

# mbus_energies METER: "FILE VALUE" lines of a PRO380-Mb: in the order of the manual's A2.2,
# eight digits of 10 Wh, that is 36000 J, each
mbus_energies() {
	mbus_record=0
	for mbus_index in 0 4 5 10 14 15 20 24 25; do
		echo "in_energy${mbus_index}_raw $(($(ctl value "$1" $mbus_record) * 36000))"
		mbus_record=$((mbus_record + 1))
	done
}

# expected METER: what the device's files must show, "FILE VALUE" lines.
expected() {
	case $which in
	mbus)
		mbus_energies "$1"
		mbus_settings "$1"
		;;
	*) registers "$1" | awk -f /lib/expected.awk ;;
	esac
}

# compare METER DEVICE: prints the files that differ from what the simulator holds.
compare() {
	expected "$1" >"/tmp/expected.$1"
	compare_dir=$(iio "$2")
	[ -s "/tmp/expected.$1" ] && [ -n "$compare_dir" ] || { echo "nothing to compare"; return; }
	sed "s|^\([^ ]*\) .*|$compare_dir/\1|" "/tmp/expected.$1" | xargs attr get >"/tmp/shown.$1"
	exec 9<"/tmp/shown.$1"
	while read -r compare_file compare_wanted; do
		read -r compare_got <&9
		[ "$compare_got" = "$compare_wanted" ] ||
			echo "$compare_file: $compare_got instead of $compare_wanted"
	done <"/tmp/expected.$1"
	exec 9<&-
}

# targets UNIT DEVICE PATTERN: "PATH VALUE" of the files that match, for attr hammer.
targets() {
	expected "$1" | grep -E "$3" | sed "s|^|$(iio "$2")/|"
}

# capture COUNT DEVICE CHANNEL...: scans taken by iio_readdev, as "CHANNEL VALUE" lines.
# $readdev holds further options.
capture() {
	capture_count=$1
	capture_dir=$(iio "$2")
	shift 2
	# shellcheck disable=SC2046,SC2086
	timeout 150 iio_readdev -b 1 -s "$capture_count" $readdev "$(basename "$capture_dir")" \
		$(for name; do echo "${name#in_}"; done) 2>/tmp/readdev.log |
		scan "$capture_dir" "$@"
}

# wanted METER CHANNEL...: the same lines, out of what the simulator holds.
wanted() {
	wanted_unit=$1
	shift
	expected "$wanted_unit" >/tmp/wanted
	for wanted_name; do
		sed -n "s/^${wanted_name}_raw /$wanted_name /p" /tmp/wanted
	done
}

# described BUS: the devices that its firmware describes and that have a meter.
described() { cat "/scenarios/online-$1"; }

# Brings a bus back to what the firmware describes, whatever a scenario left behind.
settle_bus() {
	on "$1"
	described "$1" | grep -q . || return 0
	ctl clear >/dev/null
	for settle_dev in $(described "$1"); do
		online "$settle_dev" 90 ||
			note "$1 $settle_dev is $(content "$settle_dev/state") after $scenario"
	done
}

settle() {
	settle_bus mbus
	settle_bus modbus
}

# aims DEVICE FILE...: what they show now, for hammer
aims() {
	aims_dir=$(iio "$1")
	shift
	for aims_file; do
		echo "$aims_dir/$aims_file $(get "$aims_dir/$aims_file")"
	done >"/tmp/aims.$which"
}

# hammer COUNT: so many readings of the aims with a result; what came of them, see tally
hammer() { attr hammer "$1" <"/tmp/aims.$which" >"/tmp/hammer.$which" || true; }
tally() { tail -n 1 "/tmp/hammer.$which" | tr ' ' '\n' | sed -n "s/^$1=//p"; }
hammer_notes() {
	while read -r hammer_line; do note "$which: $hammer_line"; done <"/tmp/hammer.$which"
}

# aims_hold DEVICE: once it is back, every aim shows what it did
aims_hold() {
	wait_for 60 state_is "$1" online
	aims_bad=0
	while read -r aims_file aims_value; do
		[ "$(get "$aims_file")" = "$aims_value" ] || aims_bad=$((aims_bad + 1))
	done <"/tmp/aims.$which"
	is "$which: every value is right afterwards" $aims_bad 0
}

# scaled HIGH LOW FACTOR: the product of a single in two register words and FACTOR, to the
# nearest integer, ties to even. The product is exact in awk's doubles.
scaled() {
	scaled_bits=$((0x$1$2))
	scaled_mantissa=$((scaled_bits & 0x7fffff))
	scaled_exponent=$((scaled_bits >> 23 & 0xff))
	if [ "$scaled_exponent" -gt 0 ]; then
		scaled_mantissa=$((scaled_mantissa | 0x800000))
	else
		scaled_exponent=1
	fi
	[ $((scaled_bits >> 31)) = 0 ] || scaled_mantissa=-$scaled_mantissa
	awk -v m="$scaled_mantissa" -v e=$((scaled_exponent - 150)) -v k="$3" 'BEGIN {
		x = m * k
		for (; e < 0; e++) x /= 2
		for (; e > 0; e--) x *= 2
		x = sprintf("%.0f", x)
		print x == "-0" ? 0 : x
	}'
}

# words UNIT ADDR COUNT: the simulator's registers into $1, $2 ...: set -- $(words ...)
words() { ctl reg "$@"; }

# Requests that any meter of the line has received
requests() { counter '' requests; }

# With meterctl. scan_to FILE BUS OPTION...: its exit status; what it found is in the file.
scan_to() {
	scan_file=$1
	shift
	meterctl scan "$@" --json >"$scan_file" 2>"$scan_file.err"
	echo $?
}

# state_count FILE STATE; number FILE NAME
state_count() { grep -c "\"state\": \"$2\"" "$1"; }
number() { sed -n "s/^  \"$2\": \([0-9]*\),*$/\1/p" "$1"; }
# twice FILE: serial numbers that were printed more than once
twice() { sed -n 's/.*"serial_number": "\(.*\)".*/\1/p' "$1" | sort | uniq -d; }

# adapter_tty NAME: the tty of that name that lies on PCI, or behind it on USB
adapter_tty() {
	for adapter_path in /sys/class/tty/"$1"*; do
		case $(readlink -f "$adapter_path") in
		*/pci*) echo "/dev/${adapter_path##*/}" ;;
		esac
	done
}

run_one() {
	scenario=${1%.sh}
	limit=$(sed -n 's/^# limit: //p' "/scenarios/$1")
	began=$(now)
	timeout -s KILL "${limit:-300}" sh -c ". /lib/test.sh; scenario=$scenario; control_open; . /scenarios/$1" 2>/tmp/stderr
	status=$?
	[ "$status" -eq 0 ] || not_ok "runs to its end" "status $status"
	head -n 20 /tmp/stderr | while read -r line; do note "$scenario: $line"; done
	note "$scenario took $((($(now) - began) / 100)) s"
	(control_open; settle)
}

run_scenarios() {
	scenario=boot
	(control_open; settle)
	for name in $(cat /scenarios/list); do
		run_one "$name"
	done
	log "all scenarios ran"
}

shell_on_terminal() {
	exec <"${uart}4" >"${uart}4" 2>&1
	echo "The meters are below /sys/bus/modbus/devices and /sys/bus/mbus/devices, see meterctl; exit ends the machine."
	setsid -c sh -l
}
