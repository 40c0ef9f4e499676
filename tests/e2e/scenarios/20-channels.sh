# SPDX-License-Identifier: GPL-2.0-only
# limit: 240
# Every channel against the registers: addresses and units of manual v2.18, A3.2, indices
# and raw units of the design. The expected value is computed from the register's bits.

# FILE REGISTER FACTOR
table='voltage1 5002 1000
voltage2 5004 1000
voltage3 5006 1000
current1 500c 10000
current2 500e 10000
current3 5010 10000
power0 5012 100000
power1 5014 100000
power2 5016 100000
power3 5018 100000
power100 501a 100000
power101 501c 100000
power102 501e 100000
power103 5020 100000
power200 5022 100000
power201 5024 100000
power202 5026 100000
power203 5028 100000
energy0 6000 3600000
energy4 6002 3600000
energy5 6004 3600000
energy1 6006 3600000
energy2 6008 3600000
energy3 600a 3600000
energy10 600c 3600000
energy14 600e 3600000
energy15 6010 3600000
energy11 6012 3600000
energy12 6014 3600000
energy13 6016 3600000
energy20 6018 3600000
energy24 601a 3600000
energy25 601c 3600000
energy21 601e 3600000
energy22 6020 3600000
energy23 6022 3600000
energy100 6024 3600000
energy104 6026 3600000
energy105 6028 3600000
energy101 602a 3600000
energy102 602c 3600000
energy103 602e 3600000
energy110 6030 3600000
energy114 6032 3600000
energy115 6034 3600000
energy111 6036 3600000
energy112 6038 3600000
energy113 603a 3600000
energy120 603c 3600000
energy124 603e 3600000
energy125 6040 3600000
energy121 6042 3600000
energy122 6044 3600000
energy123 6046 3600000
energy30 6049 3600000'

# differing UNIT FOLDER: names the channels whose value is not the register's.
differing() {
	echo "$table" | while read -r file reg factor; do
		# shellcheck disable=SC2046
		set -- "$1" "$2" $(words "$1" "$reg" 2)
		wanted=$(scaled "$3" "$4" "$factor")
		got=$(get "$2/in_${file}_raw")
		if [ -z "$wanted" ] || [ "$got" != "$wanted" ]; then
			echo "$file: $got, not $wanted"
		fi
	done
}

for unit in 1 2 3; do
	online 0-0$unit 60
	dir=$(iio 0-0$unit)
	is "unit $unit: every channel holds its register" "$(differing $unit "$dir")" ""
	is "unit $unit: there are no other channels" "$(ls "$dir" | grep -c '^in_.*_raw$')" 55
done

dir=$(iio 0-01)
check "raw values of units 1 and 2 differ" \
	test "$(get "$dir/in_energy0_raw")" != "$(get "$(iio 0-02)/in_energy0_raw")"
is "voltage scale" "$(get "$dir/in_voltage_scale")" 1
is "current scale" "$(get "$dir/in_current_scale")" 0.100000
is "power scale" "$(get "$dir/in_power_scale")" 10
is "energy scale" "$(get "$dir/in_energy_scale")" 1

while read -r file label; do
	is "label of $file" "$(get "$dir/in_${file}_label")" "$label"
done <<-LABELS
	voltage1 L1 voltage
	current3 L3 current
	power0 total active power
	power102 L2 reactive power
	power203 L3 apparent power
	energy0 total active energy
	energy12 L2 forward active energy
	energy25 T2 reverse active energy
	energy30 resettable active energy
	energy104 T1 total reactive energy
	energy125 T2 reverse reactive energy
LABELS

# millionths FILE: a decimal with six digits as an integer
millionths() { get "$1" | awk '{ printf "%.0f\n", $1 * 1000000 }'; }

is_millionths() {
	# shellcheck disable=SC2046
	set -- "$1" $(words 1 "$2" 2)
	is "$1" "$(millionths "$dir/$1")" "$(scaled "$2" "$3" 1000000)"
}
is_millionths in_voltage_frequency 5008
is_millionths in_power0_powerfactor 502a
is_millionths in_power1_powerfactor 502c
is_millionths in_power2_powerfactor 502e
is_millionths in_power3_powerfactor 5030

echo 0 >"$dir/update_interval"
for part in 0:4017 1:4018 2:4019 3:401a; do
	for quadrant in 1 2 3 4; do
		ctl set 1 ${part#*:} 000$quadrant >/dev/null
		is "quadrant $quadrant of part ${part%:*}" "$(get "$dir/in_power${part%:*}_quadrant")" $quadrant
	done
done
for phase in 1 2 3; do
	ctl set 1 401$((1 + phase)) 3${phase}46 >/dev/null
	is "direction of L$phase is forward" "$(get "$dir/in_power${phase}_direction")" forward
	ctl set 1 401$((1 + phase)) 3${phase}52 >/dev/null
	is "direction of L$phase is reverse" "$(get "$dir/in_power${phase}_direction")" reverse
	ctl set 1 401$((1 + phase)) 3${phase}00 >/dev/null
	is "no direction of L$phase" "$(get "$dir/in_power${phase}_direction")" -ENODATA
done
ctl set 1 4017 0005 >/dev/null
is "there is no fifth quadrant" "$(get "$dir/in_power0_quadrant")" -ENODATA
ctl set 1 4017 0001 >/dev/null

# WORDS EXPECTED, in in_voltage2_raw: not a number, infinities, too large, ties, signs
while read -r high low wanted what; do
	ctl set 1 5004 "$high" "$low" >/dev/null
	is "$what" "$(get "$dir/in_voltage2_raw")" "$wanted"
done <<-PATTERNS
	7fc0 0000 -ENODATA not a number
	ff80 0001 -ENODATA a signalling not-a-number
	7f80 0000 -ENODATA infinity
	ff80 0000 -ENODATA minus infinity
	7f7f ffff -ERANGE the largest number
	4a03 126f -ERANGE 2147483.75 V
	ca03 126f -ERANGE -2147483.75 V
	4a03 126e 2147483500 2147483.5 V
	0000 0001 0 the smallest number
	8000 0000 0 minus zero
	3c90 0000 18 0.017578125 V is 17.578 mV
	c366 0000 -230000 -230 V
	4300 8000 128500 128.5 V
PATTERNS
ctl float 1 5004 200.75 >/dev/null
echo 1000 >"$dir/update_interval"
