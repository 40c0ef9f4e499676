# SPDX-License-Identifier: GPL-2.0-only
# limit: 300
# The driver follows a meter to another speed, and to another primary or secondary address.
on mbus
ctrl=$bus/mbus-0
full=0-22091039CD250102
online 0-07 60
online $full 60
dir=$(iio 0-07)

# answers DEVICE: a value asked for now
answers() {
	put "$(iio "$1")/update_interval" 0 >/dev/null
	get "$(iio "$1")/in_energy0_raw"
}

held=$(expected primary | sed -n 's/^in_energy0_raw //p')
for speed in 9600 4800 1200 600 300 2400; do
	is "speed $speed is taken" "$(put "$dir/baud_rate" $speed)" ok
	is "speed $speed is in the meter" "$(ctl mb primary speed)" $speed
	is "the meter answers at $speed" "$(answers 0-07)" "$held"
done
is "the others are where they were" "$(compare full $full)" ""
# The manual's codes of the speeds are the CI field of a frame without data.
put "$dir/baud_rate" 2400 >/dev/null
is "a speed that it has is no change" "$(answers 0-07)" "$held"

# The meter takes a speed, and then nothing more is heard of it for a while.
ctl fault primary noack >/dev/null
is "a speed, and then silence" "$(put "$dir/baud_rate" 4800)" -ETIMEDOUT
is "... it is in the meter" "$(ctl mb primary speed)" 4800
is "... which is away" "$(content 0-07/state)" offline
ctl clear >/dev/null
check "... and is found at that speed" wait_for 70 state_is 0-07 online
is "... with its values" "$(answers 0-07)" "$held"
is "back to 2400" "$(put "$dir/baud_rate" 2400)" ok

before=$(requests)
is "an address of a device that the kernel knows" "$(put "$dir/address" 4)" -EADDRINUSE
is "... is not even asked" "$(requests)" "$before"
ctl meter add pro380mb:unit=9,serial=11111111,speed=2400,name=unknown >/dev/null
is "an address where an unknown meter answers" "$(put "$dir/address" 9)" -EADDRINUSE
ctl fault unknown insert=1 >/dev/null
is "... with damaged bytes" "$(put "$dir/address" 9)" -EADDRINUSE
ctl clear >/dev/null
is "a number that an unknown meter has" "$(put "$dir/secondary_address" 11111111)" -EADDRINUSE
is "a number that a known meter has" "$(put "$dir/secondary_address" 22091039)" -EADDRINUSE
is "... that is known by its number only" "$(put "$dir/secondary_address" 22091064)" -EADDRINUSE
ctl meter remove unknown >/dev/null
is "the meter is still at 7" "$(ctl mb primary address)" 7
is "... with its number" "$(ctl mb primary serial)" 22091062

put "$dir/scan_elements/in_energy0_en" 1 >/dev/null
put "$dir/buffer/enable" 1 >/dev/null
is "no change of address during a capture" "$(put "$dir/address" 5)" -EBUSY
put "$dir/buffer/enable" 0 >/dev/null
put "$dir/scan_elements/in_energy0_en" 0 >/dev/null

# A meter that firmware describes by its primary address
echo 1234 >"$dir/update_interval"
exchanges=$(content 0-07/statistics/exchanges)
dmesg -c >/dev/null
exec 7<"$dir/in_energy0_raw"
is "address 250 is taken" "$(put "$dir/address" 250)" ok
check "a device 0-fa appears" wait_for 20 test -d "$bus/0-fa"
check "0-07 is gone" wait_for 20 gone "$bus/0-07"
online 0-fa
new=$(iio 0-fa)
is "it is the same meter" "$(get "$new/serial_number")" 22091062
is "it holds 250" "$(ctl mb primary address)" 250
is "its address is shown" "$(get "$new/address")" 250
is "it kept its label" "$(get "$new/label")" feeder-7
is "it kept its interval" "$(get "$new/update_interval")" 1234
check "it kept its counters" test "$(content 0-fa/statistics/exchanges)" -ge "$exchanges"
check "a descriptor of the old one is dead" sh -c 'cat <&7 2>&1 | grep -q "No such device"'
exec 7<&-
is "the log names the outdated property once" "$(dmesg | grep -c 'out of date')" 1
is "another number" "$(put "$new/secondary_address" 15012345)" ok
is "... is in the meter" "$(ctl mb primary serial)" 15012345
is "... is shown" "$(answers 0-fa >/dev/null; get "$new/secondary_address")" 15012345CD250102
check "... and in the serial number" wait_for 20 sh -c "[ \"\$(cat $new/serial_number)\" = 15012345 ]"
is "and back" "$(put "$new/secondary_address" 22091062CD250102)" ok
is "and back to 7" "$(put "$(iio 0-fa)/address" 7)" ok
online 0-07
check "0-fa is gone" wait_for 20 gone "$bus/0-fa"
is "its files" "$(compare primary 0-07)" ""
echo 1000 >"$(iio 0-07)/update_interval"

# One that is reached by its secondary address
dir=$(iio $full)
exec 7<"$dir/in_energy0_raw"
is "a new number is taken" "$(put "$dir/secondary_address" 15012345)" ok
check "a device of that number appears" wait_for 20 test -d "$bus/0-15012345CD250102"
check "$full is gone" wait_for 20 gone "$bus/$full"
online 0-15012345CD250102
is "the meter holds it" "$(ctl mb full serial)" 15012345
check "a descriptor of the old one is dead" sh -c 'cat <&7 2>&1 | grep -q "No such device"'
exec 7<&-
dir=$(iio 0-15012345CD250102)
is "its primary address is just a setting" "$(put "$dir/address" 33)" ok
is "... in the meter" "$(ctl mb full address)" 33
is "... and shown" "$(answers 0-15012345CD250102 >/dev/null; get "$dir/address")" 33
is "back to 31" "$(put "$dir/address" 31)" ok
is "speed 1200 is taken" "$(put "$dir/baud_rate" 1200)" ok
is "... and it answers" "$(answers 0-15012345CD250102)" \
	"$(expected full | sed -n 's/^in_energy0_raw //p')"
is "back to 9600" "$(put "$dir/baud_rate" 9600)" ok
is "back to its number" "$(put "$dir/secondary_address" 22091039)" ok
online $full
is "its files" "$(compare full $full)" ""
echo 1000 >"$(iio $full)/update_interval"

# With a device made by userspace, and one that is deleted after it has moved
ctl meter add pro380mb:unit=17,serial=22222222,speed=4800,name=made >/dev/null
is "new_device" "$(put "$ctrl/new_device" "pro380 0x11 4800")" ok
online 0-11
is "address 18 is taken" "$(put "$(iio 0-11)/address" 18)" ok
online 0-12
is "its speed moved along" "$(get "$(iio 0-12)/serial_number")" 22222222
is "userspace can delete it there" "$(put "$ctrl/delete_device" 0x12)" ok
check "it is gone" gone "$bus/0-12"
ctl meter remove made >/dev/null
