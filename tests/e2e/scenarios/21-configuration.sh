# SPDX-License-Identifier: GPL-2.0-only
# limit: 120
# Every attribute against its register, and the values that these may hold.
online 0-01 60
dir=$(iio 0-01)
echo 0 >"$dir/update_interval"

# FILE REGISTER WORDS... = TEXT: manual v2.18 A3.2, chapters 5, 7, 8.1
while read -r file reg rest; do
	value=${rest% = *}
	wanted=${rest#* = }
	# shellcheck disable=SC2086
	old=$(ctl reg 1 "$reg" $(echo $value | wc -w))
	# shellcheck disable=SC2086
	ctl set 1 "$reg" $value >/dev/null
	is "$file with $value in $reg" "$(get "$dir/$file")" "$wanted"
	# shellcheck disable=SC2086
	ctl set 1 "$reg" $old >/dev/null
done <<-REGISTERS
	meter_amps 400b 0064 = 100
	ct_ratio 400c 0040 = 40
	ct_ratio 400c 7500 = 7500
	ct_ratio 400c 004a = -ENODATA
	ct_mode 401f 0001 = 1
	error_code 4015 0007 = 7
	s0_output_rate 400d 461c 4000 = 10000
	s0_output_rate 400d 44fa 0000 = 2000
	s0_output_rate 400d 447a 0000 = 1000
	s0_output_rate 400d 42c8 0000 = 100
	s0_output_rate 400d 4120 0000 = 10
	s0_output_rate 400d 3f80 0000 = 1
	s0_output_rate 400d 3dcc cccd = 0.1
	s0_output_rate 400d 3c23 d70a = 0.01
	combination_code 400f 0001 = 1
	combination_code 400f 000a = 10
	combination_code 400f 000b = 11
	lcd_cycle_time 4010 0025 = 25
	lcd_cycle_time 4010 002a = -ENODATA
	parity 4011 0001 = even
	power_down_counter 4016 0012 = 18
	firmware_checksum 401b 0d01 0556 = 0d010556
	status_word 401d 0011 0111 = 00110111
	status_word 401d 0001 0100 = 00010100
	program_ok 401d 0011 0111 = 1
	program_ok 401d 0001 0111 = 0
	eeprom_ok 401d 0011 0111 = 1
	eeprom_ok 401d 0010 0111 = 0
	phase_present 401d 0011 0110 = 110
	phase_present 401d 0011 0001 = 001
	tariff 6048 0001 = 1
	tariff 6048 0002 = 2
	address 4003 0001 = 1
	baud_rate 4004 2580 = 9600
REGISTERS

echo 1000 >"$dir/update_interval"
is "serial number" "$(get "$dir/serial_number")" 22091039
is "meter code" "$(get "$dir/meter_code")" 0x0102
# decimal FILE REGISTER: a version with at most two decimals
for pair in protocol_version:4005 software_version:4007 hardware_version:4009; do
	# shellcheck disable=SC2046
	set -- $(words 1 "${pair#*:}" 2)
	is "${pair%:*}" "$(get "$dir/${pair%:*}" | awk '{ printf "%.0f\n", $1 * 100 }')" "$(scaled "$1" "$2" 100)"
done
is "label from the firmware" "$(get "$dir/label")" feeder-1
is "label of a meter without one" "$(get "$(iio 0-03)/label")" 22091041

while read -r file wanted; do
	is "${file}_available" "$(get "$dir/${file}_available")" "$wanted"
done <<-AVAILABLE
	baud_rate 300 600 1200 2400 4800 9600
	parity even none odd
	s0_output_rate 10000 2000 1000 100 10 1 0.1 0.01
	combination_code 1 4 5 6 9 10 11
	tariff 1 2
AVAILABLE

# With an interval a block is read once for all who ask.
get "$dir/meter_amps" >/dev/null
before=$(counter 1 requests)
get "$dir/meter_amps" "$dir/ct_ratio" "$dir/combination_code" "$dir/status_word" >/dev/null
is "settings of one age are read once" "$(counter 1 requests)" "$before"
put "$dir/update_interval" 60000 >/dev/null
get "$dir/in_voltage1_raw" >/dev/null
before=$(counter 1 requests)
get "$dir"/in_voltage*_raw "$dir"/in_current*_raw "$dir"/in_power*_raw >/dev/null
is "measurements of one age are read once" "$(counter 1 requests)" "$before"
put "$dir/update_interval" 1000 >/dev/null
is "an interval that is no number" "$(put "$dir/update_interval" fast)" -EINVAL
