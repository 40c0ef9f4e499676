# SPDX-License-Identifier: GPL-2.0-only
# limit: 400
# An M-Bus meter that goes away, comes back, or is replaced; dead ones among live ones.
on mbus
serial_is() { [ "$(get "$(iio "$1")/serial_number")" = "$2" ]; }
ctrl=$bus/mbus-0
full=0-22091039CD250102
other=$(iio 0-22091064FFFFFFFF)
echo 50 >"$ctrl/response_timeout_ms"

for pair in primary:0-07 full:$full; do
	meter=${pair%:*} dev=${pair#*:}
	online "$dev" 60
	dir=$(iio "$dev")
	total=$(get "$dir/in_energy0_raw")
	ctl power "$meter" off >/dev/null
	echo 0 >"$dir/update_interval"
	attr poll "$bus/$dev/state" 20 >/tmp/polled &
	poller=$!
	is "$dev without power" "$(get "$dir/in_energy0_raw")" -ETIMEDOUT
	wait $poller
	is "$dev: its state can be polled" "$(cat /tmp/polled)" offline
	before=$(content "$dev/statistics/exchanges")
	for file in in_energy4_raw in_energy25_raw; do
		is "$dev offline: $file" "$(get "$dir/$file")" -ETIMEDOUT
	done
	# The bus itself looks for the meter, once or twice in that time
	check "$dev: readers of an offline meter send nothing" \
		test $(($(content "$dev/statistics/exchanges") - before)) -le 3
	is "$dev: a write to it" "$(put "$dir/tariff" 2)" -ETIMEDOUT
	before=$(content "$dev/statistics/exchanges")
	is "$dev: another speed" "$(put "$dir/baud_rate" 4800)" -ETIMEDOUT
	check "$dev: nobody looks for it there" \
		test $(($(content "$dev/statistics/exchanges") - before)) -le 3
	is "$dev: it is still offline" "$(content "$dev/state")" offline
	is "another meter is not concerned" "$(get "$other/in_energy0_raw" | sed 's/^[0-9]*$/number/')" number
	ctl power "$meter" on >/dev/null
	check "$dev comes back by itself" wait_for 70 state_is "$dev" online
	is "$dev: and its values" "$(get "$dir/in_energy0_raw")" "$total"
	check "$dev: it is the same IIO device" test -e "$dir"
	echo 1000 >"$dir/update_interval"
done

dir=$(iio 0-07)
echo 0 >"$dir/update_interval"
ctl power primary off >/dev/null
get "$dir/in_energy0_raw" >/dev/null
ctl meter swap primary serial=33333333 >/dev/null
ctl power primary on >/dev/null
check "another meter in its place is noticed" wait_for 90 serial_is 0-07 33333333
online 0-07
is "it is another IIO device, with default settings" "$(get "$(iio 0-07)/update_interval")" 1000
# ... and one that takes its place from one reading to the next
echo 0 >"$(iio 0-07)/update_interval"
get "$(iio 0-07)/in_energy0_raw" >/dev/null
ctl meter swap primary serial=22091062 >/dev/null
check "another number in the telegram: no value" \
	test "$(get "$(iio 0-07)/in_energy0_raw" | sed 's/^-E.*/error/')" = error
check "and back" wait_for 90 serial_is 0-07 22091062
online 0-07
is "... with its own values" "$(compare primary 0-07)" ""

# Ten dead devices: nothing waits for them.
dead="0x20 0x21 0x22 0x23 0x24 77000001CD250102 77000002CD250102 77000003FFFFFFFF \
77000004CD250102 77000005FFFFFFFF"
for address in $dead; do
	is "new_device $address" "$(put "$ctrl/new_device" "pro380 $address")" ok
done
is "a dead device" "$(content 0-20/state)" searching
check "it is bound all the same" test -e "$bus/0-20/driver"
check "it has no IIO device" test -z "$(iio 0-20)"
live=$(for dev in 0-07 $full 0-22091064FFFFFFFF; do echo "$(iio $dev)/in_energy0_raw"; done)
for dev in 0-07 $full 0-22091064FFFFFFFF; do echo 0 >"$(iio $dev)/update_interval"; done
began=$(now)
for i in 1 2 3 4 5 6 7 8 9 10; do
	# shellcheck disable=SC2086
	get $live >/dev/null || not_ok "read $i beside dead meters"
done
note "30 reads beside ten dead meters: $(($(now) - began)) cs"
ctl meter add pro380mb:unit=33,serial=77000099,speed=2400,name=late1 >/dev/null
ctl meter add pro380mb:unit=34,serial=77000003,speed=2400,name=late2 >/dev/null
check "one that comes to life is found" wait_for 90 state_is 0-21 online
check "... by its number as well" wait_for 90 state_is 0-77000003FFFFFFFF online
is "its files" "$(compare late2 0-77000003FFFFFFFF)" ""
for address in $dead; do
	is "delete_device $address" "$(put "$ctrl/delete_device" $address)" ok
done
check "they are gone" gone "$bus/0-77000005FFFFFFFF"
ctl meter remove late1 >/dev/null
ctl meter remove late2 >/dev/null
for dev in 0-07 $full 0-22091064FFFFFFFF; do echo 1000 >"$(iio $dev)/update_interval"; done
echo 200 >"$ctrl/response_timeout_ms"
