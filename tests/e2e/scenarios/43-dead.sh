# SPDX-License-Identifier: GPL-2.0-only
# limit: 400
# A meter that goes away, comes back, or is replaced; dead ones among live ones; new_device,
# delete_device and what they refuse.
serial_is() { [ "$(get "$(iio "$1")/serial_number")" = "$2" ]; }

online 0-01 60
online 0-02 60
dir=$(iio 0-01)
ctrl=$bus/modbus-0
echo 150 >"$ctrl/response_timeout_ms"
other=$(iio 0-02)
volts=$(get "$dir/in_voltage1_raw")

ctl power 1 off >/dev/null
echo 0 >"$dir/update_interval"
attr poll "$bus/0-01/state" 20 >/tmp/polled &
is "a meter without power" "$(get "$dir/in_voltage1_raw")" -ETIMEDOUT
wait
is "its state can be polled" "$(cat /tmp/polled)" offline
before=$(content 0-01/statistics/exchanges)
for file in in_voltage2_raw in_energy0_raw tariff combination_code; do
	is "offline: $file" "$(get "$dir/$file")" -ETIMEDOUT
done
# The bus itself looks for the meter, once or twice in that time
check "readers of an offline meter send nothing" \
	test $(($(content 0-01/statistics/exchanges) - before)) -le 3
is "a write to it" "$(put "$dir/lcd_cycle_time" 11)" -ETIMEDOUT
before=$(content 0-01/statistics/exchanges)
for file in baud_rate:4800 parity:odd; do
	is "offline: another ${file%:*}" "$(put "$dir/${file%:*}" "${file#*:}")" -ETIMEDOUT
done
check "nobody looks for it there" test $(($(content 0-01/statistics/exchanges) - before)) -le 3
is "it is still offline" "$(content 0-01/state)" offline
is "another meter is not concerned" "$(get "$other/in_voltage1_raw" | sed 's/^[0-9]*$/number/')" number
ctl power 1 on >/dev/null
check "it comes back by itself" wait_for 70 state_is 0-01 online
is "and its values" "$(get "$dir/in_voltage1_raw")" "$volts"
check "it is the same IIO device" test -e "$dir"

ctl power 1 off >/dev/null
get "$dir/in_voltage1_raw" >/dev/null
ctl meter swap 1 serial=33333333 >/dev/null
ctl power 1 on >/dev/null
check "another meter in its place is noticed" wait_for 90 serial_is 0-01 33333333
online 0-01
is "it is another IIO device, with default settings" "$(get "$(iio 0-01)/update_interval")" 1000
ctl power 1 off >/dev/null
dir=$(iio 0-01)
echo 0 >"$dir/update_interval"
get "$dir/in_voltage1_raw" >/dev/null
ctl meter swap 1 serial=22091039 >/dev/null
ctl power 1 on >/dev/null
check "and back" wait_for 90 serial_is 0-01 22091039
online 0-01

# Ten dead devices: nothing waits for them.
for unit in 0x20 0x21 0x22 0x23 0x24 0x25 0x26 0x27 0x28 0x29; do
	is "new_device $unit" "$(put "$ctrl/new_device" "pro380 $unit")" ok
done
is "a dead device" "$(content 0-20/state)" searching
check "it is bound all the same" test -e "$bus/0-20/driver"
check "it has no IIO device" test -z "$(iio 0-20)"
dir=$(iio 0-01)
began=$(now)
for i in 1 2 3 4 5 6 7 8 9 10; do
	get "$dir/in_voltage1_raw" "$other/in_voltage1_raw" >/dev/null || not_ok "read $i beside dead meters"
done
note "20 reads beside ten dead meters: $(($(now) - began)) cs"
ctl meter add "pro380:unit=33,serial=44444444,speed=9600,parity=even" >/dev/null
check "one that comes to life is found" wait_for 90 state_is 0-21 online
for unit in 20 21 22 23 24 25 26 27 28 29; do
	is "delete_device 0x$unit" "$(put "$ctrl/delete_device" 0x$unit)" ok
done
check "they are gone" gone "$bus/0-29"
ctl meter remove 33 >/dev/null

ctl meter add "pro380:unit=40,serial=55555555,speed=9600,parity=even,code=0x0300" >/dev/null
dmesg -c >/tmp/dmesg.before
put "$ctrl/new_device" "pro380 40" >/dev/null
check "an unknown meter code is unsupported" wait_for 20 state_is 0-28 unsupported
check "the log names the code" sh -c 'dmesg | grep -q 0x0300'
is "it has no IIO device" "$(iio 0-28)" ""
put "$ctrl/delete_device" 40 >/dev/null
ctl meter remove 40 >/dev/null
ctl meter add "pro1:unit=41,serial=66666666,speed=9600,parity=even" >/dev/null
put "$ctrl/new_device" "pro380 41" >/dev/null
online 0-29
is "a PRO1 has its name" "$(get "$(iio 0-29)/name")" pro1
check "a PRO1 has no second phase" gone "$(iio 0-29)/in_voltage2_raw"
check "a PRO1 has its voltage" test -e "$(iio 0-29)/in_voltage1_raw"
put "$ctrl/delete_device" 41 >/dev/null
ctl meter remove 41 >/dev/null

while read -r text error; do
	text=$(echo "$text" | tr '_' ' ')
	is "new_device '$text'" "$(put "$ctrl/new_device" "$text")" "$error"
done <<-BAD
	pro380 -EINVAL
	pro380_0 -EINVAL
	pro380_248 -EINVAL
	pro380_256 -EINVAL
	pro380_-1 -EINVAL
	pro380_0x30_0 -EINVAL
	pro380_0x30_9600_mark -EINVAL
	pro380_0x30_9600_even_x -EINVAL
	pro380_0x30x -EINVAL
	anameofmorethanthirtyonecharacters_0x30 -EINVAL
	pro380_1 -EBUSY
BAD
is "delete_device of what firmware made" "$(put "$ctrl/delete_device" 1)" -ENOENT
is "delete_device of nothing" "$(put "$ctrl/delete_device" 0x77)" -ENOENT
is "delete_device of nonsense" "$(put "$ctrl/delete_device" x)" -EINVAL
is "the firmware's meter is still there" "$(content 0-01/state)" online
for limit in response_timeout_ms:0 response_timeout_ms:60001 retries:-1 retries:11 turnaround_ms:x; do
	is "${limit%:*} does not take ${limit#*:}" "$(put "$ctrl/${limit%:*}" "${limit#*:}")" -EINVAL
done
echo 500 >"$ctrl/response_timeout_ms"
