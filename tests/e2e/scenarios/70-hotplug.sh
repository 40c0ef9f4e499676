# SPDX-License-Identifier: GPL-2.0-only
# Devices, drivers and modules come and go while the meters are read and captured.
# limit: 600
rounds=${hotplug_rounds:-10}
ctl meter add pro380:unit=16,serial=22091050,speed=9600,parity=even >/dev/null
modbus_driver=$(readlink -f "$bus/modbus-0/../driver")
modbus_device=$(basename "$(readlink -f "$bus/modbus-0/..")")
modbus_meters=$(readlink -f "$bus/0-01/driver")
on mbus
ctl meter add pro380mb:unit=16,serial=22091250,speed=9600,name=made >/dev/null
mbus_driver=$(readlink -f "$bus/mbus-0/../driver")
mbus_device=$(basename "$(readlink -f "$bus/mbus-0/..")")
mbus_meters=$(readlink -f "$bus/0-07/driver")
on modbus
drivers="pro380_modbus pro380_mbus mbus_meter"
modules="$drivers pro380_core modbus meterbus serial_xfer"
[ ! -e /sys/module/serial_xfer_ldisc ] || check "serial_xfer_ldisc can be removed" rmmod serial_xfer_ldisc

# An in-kernel consumer keeps the device that it found, and so the module, until it is
# unbound; each new IIO device binds it again.
consumers_leave() {
	for consumer in /sys/bus/platform/drivers/iio_hwmon/*hwmon*; do
		[ ! -e "$consumer" ] || put "${consumer%/*}/unbind" "${consumer##*/}" >/dev/null
	done
}
consumers_leave

# The load leaves room for what it is to disturb: no libiio, which looks at every file.
readers() {
	while [ ! -e /tmp/enough ]; do
		for readers_bus in modbus mbus; do
			on $readers_bus
			get "$bus"/*/iio:device*/in_*_raw "$bus"/*/state "$bus"/*/statistics/* >/dev/null
		done
		usleep 200000
	done
}

# capture_once DEVICE CHANNEL: what comes of it does not matter
capture_once() {
	once_dir=$(iio "$1")
	put "$once_dir/scan_elements/$2_en" 1
	put "$once_dir/buffer/enable" 1
	timeout 2 dd if="/dev/${once_dir##*/}" bs=8 count=2
	put "$once_dir/buffer/enable" 0
}

captures() {
	while [ ! -e /tmp/enough ]; do
		on modbus
		capture_once 0-01 in_energy12
		on mbus
		capture_once 0-07 in_energy25
		usleep 200000
	done >/dev/null 2>&1
}

# rebind DRIVER-FOLDER DEVICE
rebind() {
	put "$1/unbind" "$2"
	put "$1/bind" "$2"
}

# made ADDRESS [DEVICE]: a device comes and goes; if it is named, not before it was found
made() {
	put "$bus/$which-0/new_device" "pro380 $1"
	[ -z "${2-}" ] || wait_for 3 has_iio "$2"
	put "$bus/$which-0/delete_device" "$1"
}

modbus_round() {
	case $1 in
	0) rebind "$modbus_driver" "$modbus_device" ;;
	1) rebind "$modbus_meters" 0-02 ;;
	2) made 16 ;;
	4) made 16 0-10 ;;
	esac
}

# Out of step with the other bus
mbus_round() {
	on mbus
	case $1 in
	0) rebind "$mbus_meters" 0-22091039CD250102 ;;
	1) rebind "$mbus_driver" "$mbus_device" ;;
	2) made 22091250CD250102 0-22091250CD250102 ;;
	4) made 16 ;;
	esac
}

one_round() {
	case $(($1 % 6)) in
	3)
		for module in $drivers; do
			rmmod "$module"
		done
		# shellcheck disable=SC2086
		modprobe -a $drivers
		;;
	5)
		for module in $modules; do
			rmmod "$module" || break
		done
		# shellcheck disable=SC2086
		modprobe -a $drivers
		;;
	*)
		mbus_round $(($1 % 6)) &
		modbus_round $(($1 % 6))
		wait $!
		;;
	esac
}

both_controllers() { [ -e /sys/bus/modbus/devices/modbus-0 ] && [ -e /sys/bus/mbus/devices/mbus-0 ]; }

# all_online SECONDS WHAT: the meters of both buses
all_online() {
	for online_bus in mbus modbus; do
		on $online_bus
		for online_dev in $(described $which); do
			check "$which $online_dev is $2" online "$online_dev" "$1"
		done
	done
}

rm -f /tmp/enough
readers &
first=$!
captures &
second=$!
renice -n 10 -p "$first" "$second"
done_rounds=0
while [ "$done_rounds" -lt "$rounds" ]; do
	one_round "$done_rounds" >/tmp/round.log 2>&1
	wait_for 10 both_controllers || break
	done_rounds=$((done_rounds + 1))
	[ $((done_rounds % 20)) -ne 0 ] || note "$done_rounds rounds"
done
touch /tmp/enough
wait "$first" "$second"
is "rounds" "$done_rounds" "$rounds"
ctl meter remove 16 >/dev/null
on mbus
ctl meter remove made >/dev/null
all_online 90 online
is "the values afterwards" "$(compare 1 0-01)" ""
is "... on the M-Bus" "$(on mbus; compare primary 0-07)" ""
consumers_leave
check "all events are handled" wait_for 120 settled
for module in $modules; do
	check "$module can be removed" wait_for 10 rmmod "$module"
done
# shellcheck disable=SC2086
modprobe -a $drivers
all_online 90 "online again"

leaks=/sys/kernel/debug/kmemleak
if [ -e "$leaks" ]; then
	echo scan >"$leaks"
	sleep 6
	echo scan >"$leaks"
	is "nothing leaked" "$(head -n 20 "$leaks")" ""
fi
