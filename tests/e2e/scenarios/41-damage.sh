# SPDX-License-Identifier: GPL-2.0-only
# limit: 900
# One reply in ten damaged, on both buses at once, in every way that a CRC-16 or an 8-bit
# sum detects by construction: not one wrong value, and every reading after it right again.
case $bed in
stock-6.12) reads=10000 ;;
*) reads=1000 ;;
esac
reads=${damage_reads:-$reads}
full=0-22091039CD250102

# damage_begin DEVICE FILE...
damage_begin() {
	online "$1" 60
	aims "$@"
	echo 0 >"$(iio "$1")/update_interval"
	echo 60 >"$bus/$which-0/response_timeout_ms"
	content "$1/statistics/exchanges" >"/tmp/exchanges.$which"
	ctl damage 10 1 >/dev/null
}

# damage_end DEVICE: what came of it
damage_end() {
	exchanges=$(($(content "$1/statistics/exchanges") - $(cat "/tmp/exchanges.$which")))
	ctl clear >/dev/null
	hammer_notes
	note "$which: $(ctl stats)"
	is "$which: reads with a result" $(($(tally reads) - $(tally silent))) "$reads"
	is "$which: wrong values" "$(tally wrong)" 0
	is "$which: errors of other kinds" "$(tally others)" 0
	check "$which: nearly all are right after retries" test "$(tally right)" -ge $((reads * 98 / 100))
	check "$which: the line was damaged" test "$(counter '' damaged)" -ge $((reads / 15))
	check "$which: the reads went over the wire" test "$exchanges" -ge "$reads"
	aims_hold "$1"
	echo 1000 >"$(iio "$1")/update_interval"
}

on modbus
damage_begin 0-01 in_voltage1_raw in_voltage2_raw in_current1_raw in_current3_raw in_power0_raw \
	in_power103_raw in_power202_raw in_energy0_raw in_energy12_raw in_energy125_raw
hammer "$reads" &
on mbus
damage_begin $full in_energy0_raw in_energy4_raw in_energy15_raw in_energy20_raw in_energy25_raw
hammer "$reads"
wait
damage_end $full
echo 200 >"$bus/mbus-0/response_timeout_ms"
on modbus
damage_end 0-01
echo 500 >"$bus/modbus-0/response_timeout_ms"
