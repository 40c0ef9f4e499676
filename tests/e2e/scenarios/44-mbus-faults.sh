# SPDX-License-Identifier: GPL-2.0-only
# limit: 240
# Each fault on the M-Bus: the value is right or there is an error, and the next one is right.
on mbus
ctrl=$bus/mbus-0
full=0-22091039CD250102
echo 50 >"$ctrl/response_timeout_ms"

# Meter, device and values of the part that follows
use() {
	meter=$1 dev=$2
	online "$dev" 60
	dir=$(iio "$dev")
	echo 0 >"$dir/update_interval"
	total=$(($(ctl value "$meter" 0) * 36000))
	reverse=$(($(ctl value "$meter" 6) * 36000))
}

stat_of() { content "$dev/statistics/$1"; }

# One fault that retries get over, and what is counted
gets_over() {
	before=$(stat_of "$2")
	ctl fault "$meter" "$1" count=1 >/dev/null
	is "$dev: $1: the value is right" "$(get "$dir/in_energy0_raw")" "$total"
	check "$dev: $1: $2 counts" wait_for 2 test "$(stat_of "$2")" -gt "$before"
	is "$dev: $1: another value is right" "$(get "$dir/in_energy20_raw")" "$reverse"
	ctl clear >/dev/null
}

for pair in primary:0-07 full:$full; do
	use "${pair%:*}" "${pair#*:}"
	while read -r fault stat; do
		gets_over "$fault" "$stat"
	done <<-FAULTS
		silent timeouts
		drop=200 timeouts
		cut=4 frame_errors
		cut=60 frame_errors
		flip=1 retries
		burst=8 retries
		byte=0 retries
		byte=1 retries
		byte=20 checksum_errors
		byte=79 checksum_errors
		byte=80 retries
		insert=1 rx_bytes
		drop=1 retries
		wrongfunc retries
		noise=1 rx_bytes
		noise=5 rx_bytes
		noise=300 rx_bytes
		twice rx_bytes
		echo echoes
	FAULTS
done

# The reply to a request that was given up comes while a later one is awaited: at 9600 a
# meter has 34 ms and the 50 of response_timeout_ms.
for late in 100 130 200; do
	ctl fault full late=$late count=1 >/dev/null
	is "late by $late ms: the value is right" "$(get "$dir/in_energy0_raw")" "$total"
	ctl value full 0 1234 >/dev/null
	is "late by $late ms: the next one is not an old one" "$(get "$dir/in_energy0_raw")" 44424000
	ctl value full 0 $((total / 36000)) >/dev/null
	is "late by $late ms: another value is right" "$(get "$dir/in_energy20_raw")" "$reverse"
	ctl clear >/dev/null
done

# Another meter's replies, whole and with a right checksum
use primary 0-07
before=$(stat_of retries)
ctl fault primary foreign count=1 >/dev/null
is "the reply of another address: the value is right" "$(get "$dir/in_energy0_raw")" "$total"
check "... and it was asked for again" test "$(stat_of retries)" -gt "$before"
for pair in primary:0-07 full:$full; do
	use "${pair%:*}" "${pair#*:}"
	ctl value "$meter" 0 4321 >/dev/null
	ctl fault "$meter" identity count=1 >/dev/null
	got=$(get "$dir/in_energy0_raw")
	ctl value "$meter" 0 $((total / 36000)) >/dev/null
	ctl clear >/dev/null
	case $got in
	155556000 | -E*) ok "$dev: the reply of another number is right or an error" ;;
	*) not_ok "$dev: the reply of another number is right or an error" "$got" ;;
	esac
	check "$dev: it is the same meter as before" online "$dev" 70
	is "$dev: and its value" "$(get "$(iio "$dev")/in_energy0_raw")" "$total"
done

# A meter that says it is busy
use primary 0-07
ctl fault primary busy count=1 >/dev/null
get "$dir/in_energy0_raw" >/tmp/busy
case $(cat /tmp/busy) in
"$total" | -EBUSY) ok "a busy meter" ;;
*) not_ok "a busy meter" "$(cat /tmp/busy)" ;;
esac
is "... and after it" "$(get "$dir/in_energy0_raw")" "$total"

# Faults that stay: an error at last, of the right kind
while read -r fault error; do
	ctl fault primary "$fault" >/dev/null
	is "$fault that stays" "$(get "$dir/in_energy0_raw")" "$error"
	ctl clear >/dev/null
	wait_for 70 state_is 0-07 online || note "0-07 stays $(content 0-07/state)"
	is "... and after it" "$(get "$dir/in_energy0_raw")" "$total"
done <<-LASTING
	silent -ETIMEDOUT
	byte=20 -EBADMSG
	cut=70 -EBADMSG
	busy -EBUSY
LASTING

# Two meters at one address, in step and not, with numbers that differ in one bit and in all:
# whatever the sum of their bits says, it is nobody's value.
for twin in 22091063:0 22091061:0 99999999:0 22091299:3 22091299:11 22091299:40; do
	collisions=$(counter '' collisions)
	ctl meter add "pro380mb:unit=7,serial=${twin%:*},speed=2400,name=twin,skew=${twin#*:}" >/dev/null
	got=$(get "$dir/in_energy0_raw")
	is "two at one address ($twin): no value" "$(echo "$got" | sed 's/^-E.*/error/')" error
	check "... and they did collide" test "$(counter '' collisions)" -gt "$collisions"
	note "two at one address ($twin): $got"
	ctl meter remove twin >/dev/null
	wait_for 70 state_is 0-07 online
	is "one of them alone" "$(get "$(iio 0-07)/in_energy0_raw")" "$total"
	dir=$(iio 0-07)
	echo 0 >"$dir/update_interval"
done
# Two that a secondary address selects
ctl meter add pro380mb:unit=72,serial=22091272,speed=4800,name=twin >/dev/null
ctl meter add pro380mb:unit=73,serial=22091273,speed=4800,name=other2 >/dev/null
put "$ctrl/new_device" "pro380 2209127FCD250102 4800" >/dev/null
check "two that one wildcard selects are not taken for one" \
	sh -c "sleep 2; [ \"\$(cat $bus/0-2209127FCD250102/state)\" != online ]"
ctl meter remove other2 >/dev/null
check "one of them alone is found" online 0-2209127FCD250102 70
is "... with its values" "$(compare twin 0-2209127FCD250102)" ""
put "$ctrl/delete_device" 2209127FCD250102 >/dev/null
ctl meter remove twin >/dev/null

# An adapter that returns what is sent, from the first byte on and from now on
ctl echo on >/dev/null
for pair in primary:0-07 full:$full; do
	use "${pair%:*}" "${pair#*:}"
	is "echo: $dev: the value is right" "$(get "$dir/in_energy0_raw")" "$total"
	is "echo: $dev: a write is taken" "$(put "$dir/tariff" 2)" ok
	is "echo: $dev: it is in the meter" "$(ctl mb "$meter" tariff)" 2
	put "$dir/tariff" 1 >/dev/null
done
is "echo is learned" "$(content mbus-0/echo)" yes
ctl fault full silent >/dev/null
is "echo of a write is not taken for its acknowledgment" "$(put "$dir/tariff" 2)" -ETIMEDOUT
ctl clear >/dev/null
ctl echo off >/dev/null
wait_for 70 state_is $full online
is "no echo: the value is right" "$(get "$dir/in_energy0_raw")" "$total"
is "no echo is learned" "$(content mbus-0/echo)" no
for dev in 0-07 $full; do
	echo 1000 >"$(iio $dev)/update_interval"
done
echo 200 >"$ctrl/response_timeout_ms"
