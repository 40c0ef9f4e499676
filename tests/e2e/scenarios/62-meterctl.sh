# SPDX-License-Identifier: GPL-2.0-only
# boot: meters
# beds: stock-6.12
# limit: 900
# meterctl in front of a cabinet, Modbus: it finds every meter once, also beside a dead one,
# with noise, and while a capture runs; it binds, reads and removes them.

is "buses" "$(meterctl buses | sed -n 's/^\([a-z]*-[0-9]\) .*/\1/p' | tr '\n' ' ')" "modbus-0 mbus-0 "

# Modbus: nineteen at each of the three settings, and the three that are bound
for settings in 9600,even 4800,odd 2400,none; do
	is "$settings: exit status" \
		"$(scan_to /tmp/found modbus-0 -s "${settings%,*}" -p "${settings#*,}")" 0
	is "$settings: free meters" "$(state_count /tmp/found free)" 19
	is "$settings: bound meters" "$(state_count /tmp/found bound)" 3
	is "$settings: each once" "$(twice /tmp/found)" ""
	note "$settings: $(number /tmp/found seconds) s, $(number /tmp/found exchanges) exchanges"
done
ctl power 17 off >/dev/null
is "a dead meter: exit status" "$(scan_to /tmp/found modbus-0)" 0
is "a dead meter: the others" "$(state_count /tmp/found free)" 18
ctl power 17 on >/dev/null
ctl damage 5 2 >/dev/null
is "noise: exit status" "$(scan_to /tmp/found modbus-0)" 0
is "noise: all are found" "$(state_count /tmp/found free)" 19
check "noise: it says so" grep -q noise /tmp/found.err
note "noise: $(number /tmp/found noise) times, $(ctl stats)"
ctl clear >/dev/null

# A capture goes on: two scans a second, each late by one exchange of the scan at most.
lost=$(get "$(iio 0-01)/statistics/dropped_scans")
readdev='-T 0'
capture 40 0-01 in_voltage1 in_timestamp >/tmp/captured &
reader=$!
check "a capture begins" wait_for 60 grep -q 1 "$(iio 0-01)/buffer/enable"
is "a scan meanwhile" "$(scan_to /tmp/found modbus-0 -a 5-100)" 0
wait "$reader"
is "no sample is lost" "$(get "$(iio 0-01)/statistics/dropped_scans")" "$lost"
among "longest time between two samples in ms" "$(sed -n 's/^in_timestamp //p' /tmp/captured |
	awk 'NR > 1 { print int(($1 - last) / 1000000) } { last = $1 }' | sort -n | tail -n 1)" 450 1000

# Binding, reading, removing
is "scan --add" "$(scan_to /tmp/found modbus-0 -a 5-7 --add)" 0
check "the new one comes online" online 0-05
is "read agrees with sysfs" "$(meterctl read 0-05 --raw -c 'L1 voltage' | awk '/^voltage1/ { print $2 }')" \
	"$(get "$(iio 0-05)/in_voltage1_raw")"
check "a setting" meterctl config 0-05 lcd_cycle_time=17
is "the meter has it" "$(ctl reg 5 4010)" 0017
meterctl config 0-05 lcd_cycle_time=31 >/tmp/config.log 2>&1
is "a wrong setting: exit status" $? 4
check "remove" meterctl remove 0-05
check "it is gone" wait_for 10 gone "$bus/0-05"
meterctl remove 0-01 2>/dev/null
is "the firmware's meters stay: exit status" $? 4
is "raw" "$(meterctl raw modbus-0 01 03 4000 0002)" "01 03 04 22 09 10 39"
meterctl raw modbus-0 01 06 4010 0017 2>/dev/null
is "raw does not write to a meter that is bound: exit status" $? 4
