# SPDX-License-Identifier: GPL-2.0-only
# Devices, drivers and modules come and go while the meters are read and captured.
# limit: 2700
case $bed in
debug) rounds=200 ;;
*) rounds=20 ;;
esac
ctl meter add pro380:unit=16,serial=22091050,speed=9600,parity=even >/dev/null
ctrl_driver=$(readlink -f "$bus/modbus-0/../driver")
ctrl_device=$(basename "$(readlink -f "$bus/modbus-0/..")")
meter_driver=$(readlink -f "$bus/0-01/driver")
modules="pro380_modbus pro380_core modbus serial_xfer"

# An in-kernel consumer keeps the device that it found, and so the module, until it is
# unbound; each new IIO device binds it again.
consumers_leave() {
	for consumer in /sys/bus/platform/drivers/iio_hwmon/*hwmon*; do
		[ ! -e "$consumer" ] || put "${consumer%/*}/unbind" "${consumer##*/}" >/dev/null
	done
}
consumers_leave

readers() {
	while [ ! -e /tmp/enough ]; do
		get "$bus"/*/iio:device*/in_*_raw "$bus"/*/state "$bus"/*/statistics/* >/dev/null
	done
}

captures() {
	while [ ! -e /tmp/enough ]; do
		timeout 5 iio_readdev -b 1 -s 2 pro380 voltage1 energy12 >/dev/null 2>&1
	done
}

# rebind DRIVER-FOLDER DEVICE
rebind() {
	put "$1/unbind" "$2"
	put "$1/bind" "$2"
}

one_round() {
	case $(($1 % 6)) in
	0) rebind "$ctrl_driver" "$ctrl_device" ;;
	1) rebind "$meter_driver" 0-02 ;;
	2) put "$bus/modbus-0/new_device" "pro380 16" && put "$bus/modbus-0/delete_device" 16 ;;
	3) rmmod pro380_modbus; modprobe pro380_modbus ;;
	4)
		put "$bus/modbus-0/new_device" "pro380 16"
		wait_for 3 has_iio 0-10
		put "$bus/modbus-0/delete_device" 16
		;;
	5)
		for module in $modules; do
			rmmod "$module" || break
		done
		modprobe pro380_modbus
		;;
	esac
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
	wait_for 10 test -e "$bus/modbus-0" || break
	done_rounds=$((done_rounds + 1))
	[ $((done_rounds % 20)) -ne 0 ] || note "$done_rounds rounds"
done
touch /tmp/enough
wait "$first" "$second"
is "rounds" "$done_rounds" "$rounds"
ctl meter remove 16 >/dev/null
for unit in 1 2 3; do
	check "0-0$unit is online" online "0-0$unit" 90
done
is "the values afterwards" "$(compare 1 0-01)" ""
consumers_leave
for module in $modules; do
	check "$module can be removed" wait_for 10 rmmod "$module"
done
modprobe pro380_modbus
for unit in 1 2 3; do
	check "0-0$unit is online again" online "0-0$unit" 90
done

[ ! -e "$hwmon" ] || put "$hwmon/bind" iio-hwmon >/dev/null

leaks=/sys/kernel/debug/kmemleak
if [ -e "$leaks" ]; then
	echo scan >"$leaks"
	sleep 6
	echo scan >"$leaks"
	is "nothing leaked" "$(head -n 20 "$leaks")" ""
fi
