# SPDX-License-Identifier: GPL-2.0-only
# boot: meters
# beds: stock-6.12
# limit: 1800
# meterctl in front of a cabinet: it finds every meter once, also beside a dead one, with
# noise, and while a capture runs; it binds, reads and removes them.

# scan_to FILE BUS OPTION...: its exit status; what it found is in the file.
scan_to() {
	scan_file=$1
	shift
	meterctl scan "$@" --json >"$scan_file" 2>"$scan_file.err"
	echo $?
}

# state_count FILE STATE; number FILE NAME
state_count() { grep -c "\"state\": \"$2\"" "$1"; }
number() { sed -n "s/^  \"$2\": \([0-9]*\),*$/\1/p" "$1"; }
# twice FILE: serial numbers that were printed more than once
twice() { sed -n 's/.*"serial_number": "\(.*\)".*/\1/p' "$1" | sort | uniq -d; }

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
ctl damage 9 1 >/dev/null
is "noise: exit status" "$(scan_to /tmp/found modbus-0)" 0
is "noise: all are found" "$(state_count /tmp/found free)" 19
check "noise: it says so" grep -q noise /tmp/found.err
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

# M-Bus: sixty-two free ones and the two of the firmware's that have this speed
on mbus
ctl mb 13070001 serial 1307000A >/dev/null
ctl mb 14304568 serial 1430456B >/dev/null
is "M-Bus: exit status" "$(scan_to /tmp/found mbus-0)" 0
is "M-Bus: free meters" "$(state_count /tmp/found free)" 62
is "M-Bus: bound meters" "$(state_count /tmp/found bound)" 4
is "M-Bus: each once" "$(twice /tmp/found)" ""
for digits in 1307000A 1430456B; do
	check "M-Bus: $digits" grep -q "$digits" /tmp/found
done
note "M-Bus: $(number /tmp/found seconds) s, $(number /tmp/found selections) selections"
ctl power 22091105 off >/dev/null
is "M-Bus, a dead meter: exit status" "$(scan_to /tmp/found mbus-0 --secondary)" 0
is "M-Bus, a dead meter: the others" "$(state_count /tmp/found free)" 61
ctl power 22091105 on >/dev/null
is "the firmware's meters are online" "$(cat "$bus"/0-*/state | sort -u)" online
