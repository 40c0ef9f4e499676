# SPDX-License-Identifier: GPL-2.0-only
# limit: 300
# Meters of other makes, whose channels are made from what they tell (EN 13757-3): electricity
# in one telegram and in three, heat, water.
on mbus
ctrl=$bus/mbus-0
hex() { od -An -v -tx1 "$1" | tr -d ' \n'; }

# product FILE: raw times scale, in IIO's unit
product() {
	awk -v raw="$(get "${1}_raw")" -v scale="$(get "${1}_scale")" \
		'BEGIN { printf "%.3f\n", raw * scale }'
}

# shows METER DEVICE: each line of stdin is RECORD CHANNEL UNIT LABEL, the record's number in
# the simulator, what it counts in IIO's unit (J, mW, mV, mA, thousandths of a degree)
shows() {
	shows_dir=$(iio "$2")
	while read -r record channel unit label; do
		shows_wanted=$(awk -v n="$(ctl value "$1" "$record")" -v unit="$unit" \
			'BEGIN { printf "%.3f\n", n * unit }')
		is "$1: $channel" "$(product "$shows_dir/in_$channel")" "$shows_wanted"
		is "$1: label of $channel" "$(get "$shows_dir/in_${channel}_label")" "$label"
	done
}

online 0-04 60
dir=$(iio 0-04)
ctl value other 11 201 >/dev/null
ctl value other 19 1500 >/dev/null
put "$dir/update_interval" 0 >/dev/null
shows other 0-04 <<-CHANNELS
	0 energy0 3600 energy
	1 energy1 3600 energy, tariff 1
	2 energy2 3600 energy, tariff 2
	3 energy3 3600 energy, storage 1
	4 energy4 3600 energy, storage 3, tariff 1
	5 power5 100 maximum power
	6 power6 1000 power
	7 power7 100 power, subunit 1
	8 power8 100 power, subunit 2
	9 power9 100 power, subunit 3
	10 voltage10 100 voltage, subunit 1
	11 voltage11 1000 voltage, subunit 2
	12 voltage12 1000 voltage, subunit 3
	13 current13 1 current, subunit 1
	14 current14 10 current, subunit 2
	15 current15 1 current, subunit 3
	18 power18 1000 power
	19 power19 1000 power
	20 power20 1000 power
	21 energy21 360 energy
	27 energy27 3600 reverse energy
	28 current28 1 L1 current
	29 voltage29 1000 voltage, manufacturer's code 01
CHANNELS
is "it has no other channels" "$(ls "$dir" | grep -c '_raw$')" 23
millionths() { awk -v n="$1" -v unit="$2" 'BEGIN { printf "%.6f\n", n * unit }'; }
is "power factor" "$(millionths "$(get "$dir/in_power16_powerfactor")" 1)" \
	"$(millionths "$(ctl value other 16)" 0.001)"
is "frequency" "$(millionths "$(get "$dir/in_altvoltage17_frequency")" 1)" \
	"$(millionths "$(ctl value other 17)" 0.01)"
ctl value other 11 201.015625 >/dev/null
ctl value other 19 1500.015625 >/dev/null
is "201.015625 V in mV" "$(get "$dir/in_voltage11_raw")" 201016
is "1500.015625 W in 10 mW" "$(get "$dir/in_power19_raw")" 150002
is "who it is" "$(get "$dir/serial_number" "$dir/manufacturer" "$dir/version" "$dir/medium" | tr '\n' ' ')" \
	"30405060 SEM 16 2 "
is "its label" "$(get "$dir/label")" 30405060
is "telegram: what the meter sent" "$(get "$dir/in_energy0_raw" >/dev/null; hex "$dir/telegram")" \
	"$(ctl sent other)"

ctl raw other 7b112233 >/dev/null
is "a reply of another kind" "$(get "$dir/in_energy0_raw")" -ENODATA
is "... is in telegram" "$(hex "$dir/telegram" | grep -c 7b112233)" 1
ctl raw other off >/dev/null

ctl hide other 5 >/dev/null
is "a record that is missing" "$(get "$dir/in_power5_raw")" -ENODATA
is "... and the one after it" "$(get "$dir/in_power6_raw")" "$(ctl value other 6)"
ctl show other all >/dev/null
is "... and when it is back" "$(get "$dir/in_power5_raw")" "$(ctl value other 5)"
is "an attribute that others have" "$(ls "$dir" | grep -c -e combination_code -e baud_rate)" 0

ctl meter add etelegrams:unit=80,serial=31415926,speed=9600,name=several >/dev/null
is "new_device of one that sends several telegrams" "$(put "$ctrl/new_device" "mbus-meter 80 9600")" ok
online 0-50
dir=$(iio 0-50)
put "$dir/update_interval" 0 >/dev/null
# The mark of a telegram that is not the last one has a place as well.
shows several 0-50 <<-CHANNELS
	0 energy0 36000 energy
	1 energy1 36000 energy, tariff 1
	2 energy2 36000 energy, tariff 2
	3 energy3 36000 energy, storage 1
	4 power5 1000 power
	5 power6 1000 power, subunit 1
	6 power7 1000 power, subunit 2
	7 power8 1000 power, subunit 3
	8 voltage10 100 voltage, subunit 1
	9 voltage11 100 voltage, subunit 2
	10 voltage12 100 voltage, subunit 3
	11 current13 1 current, subunit 1
CHANNELS
is "several: its frequency" "$(millionths "$(get "$dir/in_altvoltage14_frequency")" 1)" \
	"$(millionths "$(ctl value several 12)" 0.01)"
sent=$(get "$dir/in_energy0_raw" >/dev/null; ctl sent several)
is "telegram: all three, as the meter sent them" "$(hex "$dir/telegram")" "$sent"
before=$(counter several reads)
get "$dir/in_energy0_raw" >/dev/null
is "one read-out is three requests" "$(counter several reads)" $((before + 3))
ctl fault several byte=20 count=1 every=2 >/dev/null
is "a damaged telegram among them" "$(get "$dir/in_voltage12_raw")" "$(ctl value several 10)"
ctl clear >/dev/null
put "$ctrl/delete_device" 80 >/dev/null
is "by its number" "$(put "$ctrl/new_device" "mbus-meter 31415926FFFFFFFF 9600")" ok
online 0-31415926FFFFFFFF
is "... it tells the same" "$(product "$(iio 0-31415926FFFFFFFF)/in_current13")" \
	"$(ctl value several 11).000"
put "$ctrl/delete_device" 31415926FFFFFFFF >/dev/null
ctl meter remove several >/dev/null

ctl meter add heat:unit=81,serial=50607080,name=heat >/dev/null
is "new_device of a heat meter" "$(put "$ctrl/new_device" "mbus-meter 81")" ok
online 0-51
shows heat 0-51 <<-CHANNELS
	0 energy0 3600000 energy
	4 temp4 100 flow temperature
	5 temp5 100 return temperature
	7 energy7 3600000 energy, storage 1
CHANNELS
is "heat: it has no other channels" "$(ls "$(iio 0-51)" | grep -c '_raw$')" 4
is "heat: its medium" "$(get "$(iio 0-51)/medium")" 4
put "$ctrl/delete_device" 81 >/dev/null
ctl meter remove heat >/dev/null

ctl meter add water:unit=82,serial=60708090,name=water >/dev/null
is "new_device of a water meter" "$(put "$ctrl/new_device" "mbus-meter 82")" ok
online 0-52
is "water: IIO has no volume" "$(ls "$(iio 0-52)" | grep -c '_raw$')" 0
is "water: its number" "$(get "$(iio 0-52)/serial_number")" 60708090
get "$(iio 0-52)/status" >/dev/null
is "water: its telegram" "$(hex "$(iio 0-52)/telegram")" "$(ctl sent water)"
put "$ctrl/delete_device" 82 >/dev/null
ctl meter remove water >/dev/null

# Another shape makes another IIO device, once it is sure and the old one a minute old. The two
# records that come in front of the others say the same of themselves as those of power6 and
# power18: which is which is not known any more.
dir=$(iio 0-04)
held=$(ctl value other 0)
ctl shape other 2 >/dev/null
is "another shape, once: a record that is still known" "$(get "$dir/in_energy0_raw")" "$held"
is "... and one that is not" "$(get "$dir/in_power6_raw")" -ENODATA
is "... is no reason yet" "$(get "$dir/in_energy2_label")" "energy, tariff 2"
shape_is() {
	get "$(iio 0-04)/in_energy4_raw" >/dev/null
	[ "$(get "$(iio 0-04)/in_energy2_label")" = "$1" ]
}
check "another shape, for good: another IIO device" wait_for 75 shape_is energy
online 0-04
dir=$(iio 0-04)
is "... with that record two places further on" "$(get "$dir/in_energy2_raw")" "$held"
is "... and the same update_interval" "$(get "$dir/update_interval")" 0
ctl shape other 0 >/dev/null
for file in energy5 energy6 energy2 energy3; do
	get "$dir/in_${file}_raw" >/dev/null
done
is "... but not twice within a minute" "$(get "$dir/in_energy2_label")" energy

# Another meter's reply, and another meter in its place from one reading to the next
ctl fault other identity count=1 >/dev/null
is "the reply of another number: no value" "$(get "$dir/in_energy3_raw")" -ENODATA
check "... and it is the same meter as before" online 0-04
is "... the same IIO device" "$(get "$dir/update_interval")" 0
serial_is() { [ "$(get "$(iio 0-04)/serial_number")" = "$1" ]; }
ctl meter swap other serial=40506070 >/dev/null
is "another meter in its place: no value" "$(get "$dir/in_energy3_raw")" -ENODATA
check "... it is another IIO device" wait_for 20 serial_is 40506070
is "... with default settings" "$(get "$(iio 0-04)/update_interval")" 1000
put "$(iio 0-04)/update_interval" 0 >/dev/null
ctl meter swap other serial=30405060 >/dev/null
get "$(iio 0-04)/in_energy3_raw" >/dev/null
check "and back" wait_for 20 serial_is 30405060
