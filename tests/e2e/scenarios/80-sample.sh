# SPDX-License-Identifier: GPL-2.0-only
# boot: sample
# The example of how to write a driver, with a slave by libmodbus as its thermometer.
hwmon() { dirname "$(grep -lx thermometer "$bus"/0-21/hwmon/hwmon*/name)"; }

echo "thermometer 0x21" >"$bus/modbus-0/new_device"
check "found, and its module loaded by alias" wait_for 30 state_is 0-21 online
is "temperature" "$(cat "$(hwmon)/temp1_input")" 21500
is "lower limit, negative" "$(cat "$(hwmon)/temp1_min")" -5000
is "upper limit" "$(cat "$(hwmon)/temp1_max")" 30000
check "set the upper limit" sh -c "echo 25040 >$(hwmon)/temp1_max"
is "rounded to tenths" "$(cat "$(hwmon)/temp1_max")" 25000
check "the module can go" rmmod modbus_thermometer
is "and the thermometer with it" "$(ls "$bus/0-21/hwmon" 2>/dev/null)" ""
modprobe modbus-thermometer
check "back with the module" wait_for 30 state_is 0-21 online
is "the slave kept the limit" "$(cat "$(hwmon)/temp1_max")" 25000
check "deleted" sh -c "echo 0x21 >$bus/modbus-0/delete_device"
check "gone" gone "$bus/0-21"
