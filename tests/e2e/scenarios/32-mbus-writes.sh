# SPDX-License-Identifier: GPL-2.0-only
# limit: 200
# Every write of manual v2.18, A2.2, but for those that move the meter: what is accepted, what
# the meter holds afterwards and what went over the wire; what is refused before that.
on mbus
online 0-07 60
dir=$(iio 0-07)

# writes FILE VALUE WHAT HELD: taken, and held by the meter
writes() {
	is "$1: $2 is taken" "$(put "$dir/$1" "$2")" ok
	is "$1: $2 is $4 in the meter" "$(ctl mb primary "$3")" "$4"
}

# refuses FILE VALUE ERROR: without any traffic
refuses() {
	refuses_before=$(requests)
	is "$1: '$2' is refused" "$(put "$dir/$1" "$2")" "$3"
	is "$1: '$2' is not sent" "$(requests)" "$refuses_before"
}

writes tariff 2 tariff 2
writes tariff 1 tariff 1
for code in 1 4 5 6 9 11; do
	writes combination_code $code code $code
done
while read -r rate held; do
	writes s0_output_rate "$rate" s0 "$held"
done <<-RATES
	10000 1000000
	2000 200000
	100 10000
	10 1000
	1 100
	0.1 10
	0.01 1
	1000 100000
RATES
ctl mb primary day 12345 >/dev/null
writes in_energy30_raw 0 day 0
ctl mb primary powerdowns 17 >/dev/null
writes power_down_counter 0 powerdowns 0

# The frames as the manual prints them (C is 53 or, with the frame count bit, 73)
while read -r file value data; do
	is "$file: $value" "$(put "$dir/$file" "$value")" ok
	is "$file: $value is the manual's frame" "$(ctl history 1 | tr A-F a-f | sed 's/:73:/:53:/')" \
		"07:53:51:$data"
done <<-FRAMES
	tariff 2 097c015402
	combination_code 5 09fd3a05
	combination_code 11 09fd3a11
	s0_output_rate 100 0cfd3a00000100
	in_energy30_raw 0 0c0400000000
	power_down_counter 0 0afd600000
FRAMES
put "$dir/tariff" 1 >/dev/null

while read -r file value; do
	refuses "$file" "$value" -EINVAL
done <<-BAD
	s0_output_rate 5
	s0_output_rate 10001
	s0_output_rate -1
	s0_output_rate ten
	s0_output_rate 0.011
	combination_code 2
	combination_code 0
	combination_code 12
	combination_code 1 permanent
	combination_code x
	tariff 0
	tariff 3
	tariff 1 stored
	power_down_counter 1
	power_down_counter -1
	baud_rate 19200
	baud_rate 0
	baud_rate fast
	address 251
	address 253
	address -1
	address x
	secondary_address 1501234
	secondary_address 150123456
	secondary_address 1501234A
	secondary_address 22091062CD250103
	secondary_address x
	in_energy30_raw 1
	in_energy30_raw -1
BAD
refuses combination_code 10 -EPERM
is "a reading cannot be written" "$(put "$dir/in_energy0_raw" 0)" -EINVAL
for file in serial_number manufacturer version medium access_number status telegram; do
	is "$file cannot be written" "$(put "$dir/$file" 1)" -EACCES
done
for file in baud_rate tariff combination_code s0_output_rate power_down_counter; do
	is "$file cannot be read" "$(get "$dir/$file")" -EACCES
done

# A lost acknowledgment does not mean that the request was lost; the repetition has the same
# frame count bit, so that a meter takes it once.
echo 50 >"$bus/mbus-0/response_timeout_ms"
ctl fault primary silent count=1 >/dev/null
is "a write that is lost" "$(put "$dir/tariff" 2)" ok
is "... is in the meter" "$(ctl mb primary tariff)" 2
before=$(counter primary writes)
ctl fault primary noack count=1 >/dev/null
is "a write whose acknowledgment is lost" "$(put "$dir/tariff" 1)" ok
is "... is in the meter" "$(ctl mb primary tariff)" 1
is "... once" "$(counter primary writes)" $((before + 1))
ctl fault primary noack >/dev/null
is "a write that is never acknowledged" "$(put "$dir/tariff" 2)" -ETIMEDOUT
ctl clear >/dev/null
online 0-07 70
put "$dir/tariff" 1 >/dev/null
echo 200 >"$bus/mbus-0/response_timeout_ms"

is "code 10 for good is taken" "$(put "$dir/combination_code" "10 permanent")" ok
is "code 10 is in the meter" "$(ctl mb primary code)" 10
put "$dir/combination_code" 9 >/dev/null
is "nothing leads back" "$(ctl mb primary code)" 10
ctl mb primary code 5 >/dev/null
