# SPDX-License-Identifier: GPL-2.0-only
# limit: 200
# What a PRO380-Mb tells, against the manual (v2.18, A2.2) and against the simulator.
on mbus
full=0-22091039CD250102

for pair in primary:0-07 full:$full number:0-22091064FFFFFFFF; do
	online "${pair#*:}" 60
	is "${pair#*:}: every file shows what the meter holds" "$(compare "${pair%:*}" "${pair#*:}")" ""
done
dir=$(iio 0-07)
is "raw channels" "$(ls "$dir" | grep '_raw$' | tr '\n' ' ')" "in_energy0_raw in_energy10_raw \
in_energy14_raw in_energy15_raw in_energy20_raw in_energy24_raw in_energy25_raw in_energy30_raw \
in_energy4_raw in_energy5_raw "
is "scan elements" "$(ls "$dir/scan_elements" | grep -c '^in_energy.*_en$')" 9
check "the day counter is none" gone "$dir/scan_elements/in_energy30_en"
is "energy scale" "$(get "$dir/in_energy_scale")" 1
while read -r file label; do
	is "label of $file" "$(get "$dir/in_${file}_label")" "$label"
done <<-LABELS
	energy0 total active energy
	energy4 T1 total active energy
	energy5 T2 total active energy
	energy10 forward active energy
	energy14 T1 forward active energy
	energy15 T2 forward active energy
	energy20 reverse active energy
	energy24 T1 reverse active energy
	energy25 T2 reverse active energy
	energy30 resettable active energy
LABELS
is "secondary address" "$(get "$dir/secondary_address")" 22091062CD250102
is "... of the one that is reached by it" "$(get "$(iio $full)/secondary_address")" 22091039CD250102
is "primary address of the one that is reached by the other" "$(get "$(iio $full)/address")" 31
while read -r file mode; do
	is "mode of $file" "$(stat -c %a "$dir/$file")" "$mode"
done <<-MODES
	address 644
	secondary_address 644
	serial_number 444
	manufacturer 444
	version 444
	medium 444
	access_number 444
	status 444
	telegram 444
	baud_rate 200
	tariff 200
	combination_code 200
	s0_output_rate 200
	power_down_counter 200
	in_energy30_raw 644
MODES
lacking=
for file in parity lcd_cycle_time meter_code status_word error_code ct_ratio phase_present; do
	[ ! -e "$dir/$file" ] || lacking="$lacking $file"
done
is "nothing is there that M-Bus has not" "$lacking" ""
while read -r file wanted; do
	is "${file}_available" "$(get "$dir/${file}_available")" "$wanted"
done <<-AVAILABLE
	baud_rate 300 600 1200 2400 4800 9600
	s0_output_rate 10000 2000 1000 100 10 1 0.1 0.01
	combination_code 1 4 5 6 9 10 11
	tariff 1 2
AVAILABLE
is "the day counter cannot be read" "$(get "$dir/in_energy30_raw")" -EOPNOTSUPP

# What one read-out gave is not asked for again before it has grown old.
put "$dir/update_interval" 60000 >/dev/null
get "$dir/in_energy0_raw" >/dev/null
before=$(counter primary reads)
get "$dir"/in_energy*[0-5]_raw "$dir/status" "$dir/access_number" "$dir/serial_number" >/dev/null
od -An -v -tx1 "$dir/telegram" >/dev/null
is "values of one age are read once" "$(counter primary reads)" "$before"
put "$dir/update_interval" 0 >/dev/null
get "$dir/in_energy0_raw" "$dir/in_energy4_raw" >/dev/null
is "with no interval each is asked for" "$(counter primary reads)" $((before + 2))

# hex FILE: its bytes
hex() { od -An -v -tx1 "$1" | tr -d ' \n'; }
is "telegram: what the meter sent" "$(get "$dir/in_energy0_raw" >/dev/null; hex "$dir/telegram")" \
	"$(ctl sent primary)"
access=$(get "$dir/access_number")
get "$dir/in_energy0_raw" >/dev/null
is "the access number counts" "$(get "$dir/access_number")" $(((access + 2) % 256))
for status in 0 2 255; do
	ctl mb primary status $status >/dev/null
	is "status $status" "$(get "$dir/in_energy0_raw" >/dev/null; get "$dir/status")" $status
done
ctl mb primary status 0 >/dev/null

# FILE RECORD DIGITS JOULES: eight digits of 10 Wh, the products by hand
while read -r file record digits wanted; do
	old=$(ctl value primary "$record")
	ctl value primary "$record" "$digits" >/dev/null
	is "$file of $digits" "$(get "$dir/in_${file}_raw")" "$wanted"
	ctl value primary "$record" "$old" >/dev/null
done <<-DIGITS
	energy0 0 0 0
	energy0 0 1 36000
	energy4 1 99999999 3599999964000
	energy5 2 59652 2147472000
	energy10 3 59653 2147508000
	energy14 4 119305 4294980000
	energy15 5 10000000 360000000000
	energy20 6 90000001 3240000036000
	energy24 7 7 252000
	energy25 8 12345678 444444408000
DIGITS
put "$dir/update_interval" 1000 >/dev/null

# The read-out that the manual prints, byte for byte: address 0, access number 2. A meter
# in delivery state has no better serial number.
head=7200000000cd25010202000000
records=0c04144860018c100423803500 records=${records}8c2004916724011c0446136900
records=${records}9c1004563412009c200490785600 records=${records}2c0468349100ac100467452300ac200401896700
ctl meter add pro380mb:unit=0,serial=0,name=manual >/dev/null
ctl raw manual $head$records >/dev/null
put "$bus/mbus-0/new_device" "pro380 0" >/dev/null
online 0-00
dir=$(iio 0-00)
put "$dir/update_interval" 0 >/dev/null
is "the manual's values" "$(get "$dir/in_energy0_raw" "$dir/in_energy4_raw" "$dir/in_energy5_raw" \
	"$dir/in_energy10_raw" "$dir/in_energy14_raw" "$dir/in_energy15_raw" "$dir/in_energy20_raw" \
	"$dir/in_energy24_raw" "$dir/in_energy25_raw" | tr '\n' ' ')" \
	"57773304000 12888828000 44884476000 24888456000 4444416000 20444040000 32884848000 \
8444412000 24440436000 "
is "the manual's telegram" "$(hex "$dir/telegram")" "684b4b680800$head${records}7c16"
is "the manual's head" "$(get "$dir/manufacturer" "$dir/version" "$dir/medium" "$dir/access_number" \
	"$dir/status" "$dir/serial_number" "$dir/secondary_address" | tr '\n' ' ')" \
	"INM 1 2 2 0 00000000 00000000CD250102 "

# Records that tell no number, or other ones, do not concern the rest: FILE RECORDS VALUE
while read -r file bytes wanted what; do
	ctl raw manual "$head$bytes" >/dev/null
	is "$what" "$(get "$dir/in_${file}_raw")" "$wanted"
done <<-RECORDS
	energy0 0c041448600a1c0446136900 -ENODATA a digit that is none
	energy10 0c041448600a1c0446136900 24888456000 the record after it
	energy0 0c04144860f11c0446136900 -57773304000 a negative one
	energy4 0c04144860011c0446136900 -ENODATA a record that is missing
	energy10 1c04461369000c0414486001 24888456000 another order
	energy0 2f2f1c04461369002f0c04144860012f 57773304000 idle fillers
	energy0 0c13144860020c0414486001 57773304000 a volume before it
	energy0 4c04999999990c0414486001 57773304000 the one of last month before it
	energy0 0c0414486001 57773304000 nothing else
	energy4 0c04144860010f -ENODATA the maker's own data
RECORDS
ctl raw manual off >/dev/null
is "and back" "$(compare manual 0-00)" ""
put "$bus/mbus-0/delete_device" 0 >/dev/null
ctl meter remove manual >/dev/null
