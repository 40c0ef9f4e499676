# SPDX-License-Identifier: GPL-2.0-only
# limit: 200
# Every write of manual v2.18, A3.2: what is accepted, what the meter holds afterwards, what
# is refused before anything is sent, and what the meter refuses.
online 0-01 60
dir=$(iio 0-01)

# writes FILE VALUE REGISTER WORDS: taken, in the register, and shown
writes() {
	writes_count=$(echo "$4" | wc -w)
	is "$1: $2 is taken" "$(put "$dir/$1" "$2")" ok
	is "$1: $2 is $4 in the meter" "$(ctl reg 1 "$3" "$writes_count")" "$4"
	is "$1: $2 is shown" "$(get "$dir/$1")" "${5:-$2}"
}

# refuses FILE VALUE ERROR: without any traffic
refuses() {
	refuses_before=$(requests)
	is "$1: '$2' is refused" "$(put "$dir/$1" "$2")" "$3"
	is "$1: '$2' is not sent" "$(requests)" "$refuses_before"
}

writes s0_output_rate 10000 400d "461c 4000"
writes s0_output_rate 2000 400d "44fa 0000"
writes s0_output_rate 100 400d "42c8 0000"
writes s0_output_rate 10 400d "4120 0000"
writes s0_output_rate 1 400d "3f80 0000"
writes s0_output_rate 0.1 400d "3dcc cccd"
writes s0_output_rate 0.01 400d "3c23 d70a"
writes s0_output_rate 1000 400d "447a 0000"
for code in 1 4 5 6 9; do
	writes combination_code $code 400f 000$code
done
writes combination_code 11 400f 000b
writes lcd_cycle_time 25 4010 0025
writes lcd_cycle_time 1 4010 0001
writes lcd_cycle_time 30 4010 0030
writes lcd_cycle_time 10 4010 0010
writes tariff 2 6048 0002
writes tariff 1 6048 0001
is "tariff: '2 volatile' is taken" "$(put "$dir/tariff" "2 volatile")" ok
is "tariff: '2 volatile' is shown as 2" "$(get "$dir/tariff")" 2
is "tariff: '1 volatile' is taken" "$(put "$dir/tariff" "1 volatile")" ok
ctl set 1 4016 0007 >/dev/null
writes power_down_counter 0 4016 0000

is "the day counter counts" "$(test "$(get "$dir/in_energy30_raw")" -gt 0 && echo yes)" yes
is "day counter: 0 is taken" "$(put "$dir/in_energy30_raw" 0)" ok
is "day counter: 0 in the meter" "$(ctl reg 1 6049 2)" "0000 0000"
is "day counter: 0 is shown" "$(get "$dir/in_energy30_raw")" 0
ctl float 1 6049 500.875 >/dev/null

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
	lcd_cycle_time 0
	lcd_cycle_time 31
	lcd_cycle_time -1
	tariff 0
	tariff 3
	tariff 1 stored
	tariff 11
	power_down_counter 1
	power_down_counter -1
	baud_rate 19200
	baud_rate 0
	baud_rate fast
	parity mark
	parity 1
	address 0
	address 248
	address x
BAD
refuses in_energy30_raw 1 -EINVAL
refuses in_energy30_raw -1 -EINVAL
refuses combination_code 10 -EPERM
is "combination code is still what it was" "$(get "$dir/combination_code")" 11
is "a measurement cannot be written" "$(put "$dir/in_voltage1_raw" 0)" -EINVAL
is "a serial number cannot be written" "$(put "$dir/serial_number" 12345678)" -EACCES

# The meter's own refusals: exceptions 1, 2, 3, 4, 6 and one that nobody knows
while read -r code error; do
	ctl fault 1 exception="$code" count=1 >/dev/null
	is "exception $code to a write" "$(put "$dir/lcd_cycle_time" 20)" "$error"
	is "exception $code: the file shows the truth" "$(get "$dir/lcd_cycle_time")" 10
done <<-EXCEPTIONS
	1 -EOPNOTSUPP
	2 -ENXIO
	3 -EINVAL
	4 -EIO
	5 -EBUSY
	6 -EBUSY
	11 -EPROTO
EXCEPTIONS

# A lost reply does not mean that the request was lost, and nothing is written twice blindly.
echo 150 >"$bus/modbus-0/response_timeout_ms"
ctl fault 1 silent count=1 >/dev/null
is "a write that is lost" "$(put "$dir/lcd_cycle_time" 12)" ok
is "... is in the meter" "$(ctl reg 1 4010)" 0012
ctl fault 1 drop=99 count=1 >/dev/null
is "a write whose reply is lost" "$(put "$dir/lcd_cycle_time" 15)" ok
is "... is in the meter" "$(ctl reg 1 4010)" 0015
is "... and shown" "$(get "$dir/lcd_cycle_time")" 15
put "$dir/lcd_cycle_time" 10 >/dev/null
echo 500 >"$bus/modbus-0/response_timeout_ms"

is "code 10 for good is taken" "$(put "$dir/combination_code" "10 permanent")" ok
is "code 10 is shown" "$(get "$dir/combination_code")" 10
is "code 10 is in the meter" "$(ctl reg 1 400f)" 000a
is "nothing leads back" "$(put "$dir/combination_code" 9 | sed 's/^-.*/refused/')" refused
is "... and the file says so" "$(get "$dir/combination_code")" 10
ctl set 1 400f 0005 >/dev/null
