# SPDX-License-Identifier: GPL-2.0-only
# In-kernel consumers: iio-hwmon shows the meter's voltages and currents.
# beds: arm-dt
wait_for 30 test -e /sys/class/hwmon/hwmon0/in1_input
hwmon=/sys/class/hwmon/hwmon0
expected 1 >/tmp/expected
number=0
for file in in_voltage1_raw in_voltage2_raw in_voltage3_raw; do
	number=$((number + 1))
	is "voltage $number in mV" "$(get "$hwmon/in${number}_input")" "$(sed -n "s/^$file //p" /tmp/expected)"
done
number=0
for file in in_current1_raw in_current2_raw in_current3_raw; do
	number=$((number + 1))
	is "current $number in mA" "$(get "$hwmon/curr${number}_input")" \
		"$(sed -n "s/^$file //p" /tmp/expected | awk '{ printf "%.0f\n", $1 / 10 }')"
done
