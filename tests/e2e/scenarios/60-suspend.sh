# SPDX-License-Identifier: GPL-2.0-only
# Suspend and resume: the devices' part of it, by pm_test, while the meters are read.
# limit: 400
if [ ! -e /sys/power/pm_test ]; then
	not_ok "the kernel has pm_test"
fi
hammering() { while :; do get "$(iio 0-01)/in_voltage1_raw" >/dev/null; done; }
put "$(iio 0-01)/update_interval" 0 >/dev/null
hammering &
load=$!
for round in 1 2; do
	echo devices >/sys/power/pm_test
	is "suspend and resume $round" "$(put /sys/power/state mem)" ok
done
echo none >/sys/power/pm_test
kill "$load"
wait "$load" 2>/dev/null
for dev in 0-01 0-02 0-03; do
	check "$dev is online" online "$dev" 60
done
put "$(iio 0-01)/update_interval" 1000 >/dev/null
is "values afterwards" "$(compare 1 0-01)" ""
on mbus
for dev in $(described mbus); do
	check "M-Bus: $dev is online" online "$dev" 60
done
is "values of the M-Bus afterwards" "$(compare primary 0-07)" ""
is "... and of one that is selected" "$(compare full 0-22091039CD250102)" ""
on modbus
readdev="-T 0"
capture 4 0-01 in_voltage1 >/tmp/captured &
reader=$!
wait_for 60 grep -q 1 "$(iio 0-01)/buffer/enable"
echo devices >/sys/power/pm_test
is "with a capture running" "$(put /sys/power/state mem)" ok
echo none >/sys/power/pm_test
wait "$reader"
is "the capture went on" "$(sort -u /tmp/captured)" "$(wanted 1 in_voltage1)"
