# SPDX-License-Identifier: GPL-2.0-only
# Other triggers than the device's own; two meters each at most.
# beds: stock-6.12 arm-dt debug
# limit: 400
configfs=/sys/kernel/config/iio/triggers/hrtimer
modprobe -q iio-trig-hrtimer
modprobe -q iio-trig-sysfs
mkdir "$configfs/clock"
trigger_named() { dirname "$(grep -l "^$1\$" /sys/bus/iio/devices/trigger*/name)"; }
put "$(trigger_named clock)/sampling_frequency" 4 >/dev/null

readdev="-T 0 -t clock"
is "an hrtimer" "$(capture 3 0-01 in_voltage1 in_energy12 | sort -u)" \
	"$(wanted 1 in_voltage1 in_energy12 | sort)"
readdev=

# enable DEVICE: its buffer with one channel on the common trigger
enable() {
	put "$(iio "$1")/trigger/current_trigger" clock >/dev/null
	put "$(iio "$1")/scan_elements/in_voltage1_en" 1 >/dev/null
	put "$(iio "$1")/buffer/enable" 1
}
is "a first meter on it" "$(enable 0-01)" ok
is "a second meter on it" "$(enable 0-02)" ok
is "a third is refused" "$(enable 0-03)" -EBUSY
for dev in 0-01 0-02; do
	check "$dev delivers" sh -c "dd if=/dev/$(iio_name "$dev") bs=4 count=2 2>/dev/null | wc -c | grep -qx 8"
done
for dev in 0-01 0-02 0-03; do
	put "$(iio "$dev")/buffer/enable" 0 >/dev/null
	put "$(iio "$dev")/scan_elements/in_voltage1_en" 0 >/dev/null
	put "$(iio "$dev")/trigger/current_trigger" "pro380-dev$(iio "$dev" | sed 's/.*device//')" >/dev/null
done
# The kernel's own removal of such a trigger writes to memory that it has freed
# (configfs_rmdir, config_item_put): KASAN would report that.
[ "$bed" = debug ] || check "the hrtimer can go" rmdir "$configfs/clock"

put /sys/bus/iio/devices/iio_sysfs_trigger/add_trigger 7 >/dev/null
sysfs=$(trigger_named sysfstrig7)
put "$(iio 0-01)/trigger/current_trigger" sysfstrig7 >/dev/null
put "$(iio 0-01)/scan_elements/in_voltage1_en" 1 >/dev/null
is "the sysfs trigger" "$(put "$(iio 0-01)/buffer/enable" 1)" ok
dd if="/dev/$(iio_name 0-01)" bs=4 count=2 2>/dev/null | od -An -v -tu4 -w4 >/tmp/scans &
reader=$!
usleep 500000
echo 1 >"$sysfs/trigger_now"
wait_for 10 gone "/proc/$reader" || kill "$reader"
is "a scan at once and one by the trigger" "$(sort -u /tmp/scans | tr -d ' ')" \
	"$(wanted 1 in_voltage1 | cut -d ' ' -f 2)"
put "$(iio 0-01)/buffer/enable" 0 >/dev/null
put "$(iio 0-01)/trigger/current_trigger" "pro380-dev$(iio 0-01 | sed 's/.*device//')" >/dev/null
put /sys/bus/iio/devices/iio_sysfs_trigger/remove_trigger 7 >/dev/null
