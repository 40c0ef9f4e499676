# SPDX-License-Identifier: GPL-2.0-only
# limit: 300
# The driver follows a meter to another speed, parity and address, and no further.
online 0-01 60
online 0-02 60
dir=$(iio 0-01)
serial=$(get "$dir/serial_number")
ctrl=$bus/modbus-0

for speed in 4800 2400 1200 600 300 9600; do
	is "speed $speed is taken" "$(put "$dir/baud_rate" $speed)" ok
	is "speed $speed is in the meter" "$(ctl reg 1 4004)" "$(printf %04x $speed)"
	is "speed $speed is shown" "$(get "$dir/baud_rate")" $speed
	is "the meter answers at $speed" "$(get "$dir/in_voltage1_raw" | sed 's/^[0-9]*$/number/')" number
done
for parity in odd none even; do
	is "parity $parity is taken" "$(put "$dir/parity" $parity)" ok
	is "parity $parity is shown" "$(get "$dir/parity")" $parity
	is "the meter answers with $parity" "$(get "$dir/in_voltage2_raw" | sed 's/^[0-9]*$/number/')" number
done
is "the second meter is where it was" "$(get "$(iio 0-02)/address")" 2

ctl fault 1 exception=4 count=1 >/dev/null
is "a speed that the meter refuses" "$(put "$dir/baud_rate" 4800)" -EIO
is "... and the file shows the truth" "$(get "$dir/baud_rate")" 9600
is "... and the meter answers" "$(get "$dir/in_voltage3_raw" | sed 's/^[0-9]*$/number/')" number

# The meter takes a speed, and then nothing more is heard of it for a while.
ctl fault 1 drop=99 >/dev/null
is "a speed, and then silence" "$(put "$dir/baud_rate" 2400)" -ETIMEDOUT
is "... it is in the meter" "$(ctl reg 1 4004)" 0960
is "... which is away" "$(content 0-01/state)" offline
ctl clear >/dev/null
check "... and is found at that speed" wait_for 70 state_is 0-01 online
is "... which is shown" "$(get "$dir/baud_rate")" 2400
is "back to 9600" "$(put "$dir/baud_rate" 9600)" ok

before=$(requests)
is "an address of a device that the kernel knows" "$(put "$dir/address" 2)" -EADDRINUSE
is "... is not even asked" "$(requests)" "$before"

ctl meter add "pro380:unit=9,serial=11111111,speed=9600,parity=even" >/dev/null
is "an address where an unknown meter answers" "$(put "$dir/address" 9)" -EADDRINUSE
ctl fault 9 flip=3 >/dev/null
is "... with damaged bytes" "$(put "$dir/address" 9)" -EADDRINUSE
ctl meter remove 9 >/dev/null
ctl clear >/dev/null
is "the meter is still at 1" "$(ctl reg 1 4003)" 0001

echo 1 >"$dir/scan_elements/in_voltage1_en"
echo 1 >"$dir/buffer/enable"
is "no change of address during a capture" "$(put "$dir/address" 5)" -EBUSY
echo 0 >"$dir/buffer/enable"
echo 0 >"$dir/scan_elements/in_voltage1_en"

echo 1234 >"$dir/update_interval"
exchanges=$(content 0-01/statistics/exchanges)
dmesg -c >/tmp/dmesg.before
exec 7<"$dir/in_voltage1_raw"
is "address 5 is taken" "$(put "$dir/address" 5)" ok
check "a device 0-05 appears" wait_for 20 test -d "$bus/0-05"
check "0-01 is gone" wait_for 20 gone "$bus/0-01"
online 0-05
new=$(iio 0-05)
is "it is the same meter" "$(get "$new/serial_number")" "$serial"
is "the register holds 5" "$(ctl reg 5 4003)" 0005
is "its address is shown" "$(get "$new/address")" 5
is "it kept its label" "$(get "$new/label")" feeder-1
is "it kept its interval" "$(get "$new/update_interval")" 1234
check "it kept its counters" test "$(content 0-05/statistics/exchanges)" -ge "$exchanges"
check "a descriptor of the old one is dead" sh -c '! cat <&7'
exec 7<&-
is "the log names the outdated property once" "$(dmesg | grep -c 'out of date')" 1
is "and back" "$(put "$new/address" 1)" ok
online 0-01
check "0-05 is gone" wait_for 20 gone "$bus/0-05"
echo 1000 >"$(iio 0-01)/update_interval"

# With a device made by userspace, and one that is deleted while it moves
ctl meter add "pro380:unit=17,serial=22222222,speed=4800,parity=none" >/dev/null
is "new_device" "$(put "$ctrl/new_device" "pro380 0x11 4800 none")" ok
online 0-11
is "address 18 is taken" "$(put "$(iio 0-11)/address" 18)" ok
online 0-12
is "its line settings moved along" "$(get "$(iio 0-12)/serial_number")" 22222222
is "userspace can delete it there" "$(put "$ctrl/delete_device" 0x12)" ok
check "it is gone" gone "$bus/0-12"
ctl meter remove 18 >/dev/null
