# SPDX-License-Identifier: GPL-2.0-only
# limit: 600
# Arbitrary damage to one reply in four, on both buses at once: what passes is held against
# theory. The simulator knows which of the damaged frames would pass the frame's checks.
case $bed in
stock-6.12) reads=3000 ;;
*) reads=300 ;;
esac
full=0-22091039CD250102

# heavy_begin DEVICE FILE...
heavy_begin() {
	online "$1" 60
	aims "$@"
	echo 0 >"$(iio "$1")/update_interval"
	echo 60 >"$bus/$which-0/response_timeout_ms"
	ctl damage 4 3 heavy >/dev/null
}

# heavy_end DEVICE BITS SPARE: of n damaged frames n / 2^BITS pass on average at most, and no
# more than SPARE above that
heavy_end() {
	damaged=$(counter '' damaged) passed=$(counter '' passed)
	ctl clear >/dev/null
	hammer_notes
	note "$which: $reads reads, $damaged replies damaged, $passed of them with a right check," \
		"$(tally wrong) wrong values"
	check "$which: many replies were damaged" test "$damaged" -ge $((reads / 6))
	check "$which: no more wrong values than frames whose check holds by chance" \
		test "$(tally wrong)" -le "$passed"
	check "$which: as many as theory allows" test "$passed" -le $(((damaged >> $2) + $3))
	aims_hold "$1"
	echo 1000 >"$(iio "$1")/update_interval"
}

on modbus
heavy_begin 0-01 in_voltage1_raw in_current1_raw in_power0_raw in_energy0_raw
hammer "$reads" &
on mbus
heavy_begin $full in_energy0_raw in_energy5_raw in_energy14_raw in_energy25_raw
hammer "$reads"
wait
# What is no chance: Poisson with a mean below 4 exceeds 16, with one below 0.2 exceeds 4, in
# one run of a million.
heavy_end $full 8 12
echo 200 >"$bus/mbus-0/response_timeout_ms"
on modbus
heavy_end 0-01 16 4
echo 500 >"$bus/modbus-0/response_timeout_ms"
