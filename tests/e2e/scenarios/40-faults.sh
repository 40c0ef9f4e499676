# SPDX-License-Identifier: GPL-2.0-only
# limit: 240
# Each fault on the line: the value is right or there is an error, and the next one is right.
online 0-01 60
dir=$(iio 0-01)
ctrl=$bus/modbus-0
echo 0 >"$dir/update_interval"
echo 150 >"$ctrl/response_timeout_ms"
volts=$(get "$dir/in_voltage1_raw")
amps=$(get "$dir/in_current2_raw")

stat_of() { content "0-01/statistics/$1"; }

# One fault that retries get over, and what is counted
while read -r fault stat; do
	before=$(stat_of "$stat")
	ctl fault 1 "$fault" count=1 >/dev/null
	is "$fault: the value is right" "$(get "$dir/in_voltage1_raw")" "$volts"
	check "$fault: $stat counts" wait_for 2 test "$(stat_of "$stat")" -gt "$before"
	is "$fault: another value is right" "$(get "$dir/in_current2_raw")" "$amps"
	ctl clear >/dev/null
done <<-FAULTS
	silent timeouts
	drop=99 timeouts
	cut=4 frame_errors
	cut=8 frame_errors
	flip=1 retries
	flip=3 retries
	burst=16 retries
	insert=1 rx_bytes
	drop=1 retries
	foreign timeouts
	wrongfunc retries
	noise=1 rx_bytes
	noise=5 rx_bytes
	noise=300 rx_bytes
	twice rx_bytes
	echo echoes
FAULTS

# The reply of an abandoned request arrives while one of the same length is awaited.
for late in 160 200 260 400; do
	before=$(stat_of stale_replies)
	ctl fault 1 late=$late count=1 >/dev/null
	is "late by $late ms: the value is right" "$(get "$dir/in_voltage1_raw")" "$volts"
	is "late by $late ms: a later value is right" "$(get "$dir/in_current2_raw")" "$amps"
	check "late by $late ms: counted as stale" wait_for 2 test "$(stat_of stale_replies)" -gt "$before"
	ctl clear >/dev/null
done

# Faults that stay: an error at last, of the right kind, and no retry too many
while read -r fault error tries; do
	ctl fault 1 "$fault" >/dev/null
	is "$fault that stays" "$(get "$dir/in_voltage1_raw")" "$error"
	ctl clear >/dev/null
	wait_for 20 state_is 0-01 online || note "0-01 stays $(content 0-01/state)"
	is "... and after it" "$(get "$dir/in_voltage1_raw")" "$volts"
done <<-LASTING
	silent -ETIMEDOUT
	flip=1 -EBADMSG
	cut=5 -EBADMSG
	exception=1 -EOPNOTSUPP
	exception=4 -EIO
	exception=5 -EBUSY
	exception=6 -EBUSY
	exception=9 -EPROTO
LASTING

# A block that the meter refuses, or never answers, while it answers its parts
echo 1000 >"$dir/update_interval"
# A meter that refuses reads of many registers that touch a block does so by silence or exception
ctl fault 1 refusex=502a:2 >/dev/null
before=$(stat_of exceptions)
is "a refused register among others: its value" "$(get "$dir/in_power0_powerfactor")" -ENXIO
is "a refused register among others: the others" "$(get "$dir/in_voltage1_raw")" "$volts"
check "... and the exception is counted" test "$(stat_of exceptions)" -gt "$before"
wait_for 3 sh -c 'sleep 1.1'
get "$dir/in_voltage1_raw" >/dev/null
wait_for 3 sh -c 'sleep 1.1'
before=$(stat_of exceptions)
is "the split is remembered: value" "$(get "$dir/in_voltage1_raw")" "$volts"
check "the split is remembered: one exception at most" test "$(stat_of exceptions)" -le $((before + 1))
ctl clear >/dev/null
ctl fault 1 refuse=502a:2 >/dev/null
wait_for 3 sh -c 'sleep 1.1'
is "a silent register among others: the others" "$(get "$dir/in_voltage1_raw")" "$volts"
is "a silent register among others: state" "$(content 0-01/state)" online
ctl clear >/dev/null

# An adapter that returns what is sent, from the first byte on and from now on
ctl echo on >/dev/null
echo 0 >"$dir/update_interval"
is "echo: the value is right" "$(get "$dir/in_voltage1_raw")" "$volts"
is "echo is learned" "$(content modbus-0/echo)" yes
is "echo: a write is taken" "$(put "$dir/lcd_cycle_time" 22)" ok
is "echo: it is in the meter" "$(ctl reg 1 4010)" 0022
ctl fault 1 silent >/dev/null
is "echo of a write is not taken for its reply" "$(put "$dir/lcd_cycle_time" 23)" -ETIMEDOUT
ctl clear >/dev/null
ctl echo off >/dev/null
wait_for 20 state_is 0-01 online
is "no echo: the value is right" "$(get "$dir/in_current2_raw")" "$amps"
is "no echo is learned" "$(content modbus-0/echo)" no
put "$dir/lcd_cycle_time" 10 >/dev/null
echo 500 >"$ctrl/response_timeout_ms"
echo 1000 >"$dir/update_interval"
