# SPDX-License-Identifier: GPL-2.0-only
# What a visitor is shown, on a terminal of his own.
# boot: demo
# limit: 100
exec 1>"${uart}4"
stty -F "${uart}4" sane

# show COMMAND: the command as typed, and what it prints
show() {
	printf '\n# %s\n' "$1"
	sh -c "$1" 2>&1
}

echo "Linux $(uname -r) on $(uname -m): a Modbus line on ${uart}1 with three meters of three speeds,"
echo "a wired M-Bus on ${uart}2 with four"
for demo_bus in modbus mbus; do
	on $demo_bus
	for dev in $(described $demo_bus); do
		check "$dev is online" online "$dev"
	done
done
on modbus
dir=$(basename "$(iio 0-01)")
cd "$bus" || exit 1
printf '\n# cd %s\n' "$bus"
show "ls"
show "grep . 0-0?/state 0-0?/iio:device*/baud_rate 0-0?/iio:device*/parity"
show "iio_info | sed '/^.*$dir: /,\$!d' | head -n 24"
show "cat 0-01/$dir/label 0-01/$dir/serial_number 0-01/$dir/in_energy12_label 0-01/$dir/in_energy12_raw"
show "iio_readdev -b 1 -s 4 $dir voltage1 voltage2 voltage3 | hexdump -v -e '3/4 \"%8d mV\" \"\\n\"'"
show "cat 0-01/$dir/combination_code_available; echo 5 > 0-01/$dir/combination_code; cat 0-01/$dir/combination_code"
show "echo 10 > 0-01/$dir/combination_code"
show "echo 1200 > 0-01/$dir/baud_rate; cat 0-01/$dir/baud_rate 0-01/$dir/in_voltage1_raw"
show "echo 9600 > 0-01/$dir/baud_rate; cat 0-01/$dir/baud_rate"
show "meterctl scan modbus-0 --address 1-10"
show "grep . modbus-0/statistics/*"
is "the code was set" "$(ctl reg 1 400f)" 0005

on mbus
dir=$(basename "$(iio 0-07)")
other=$(basename "$(iio 0-04)")
cd "$bus" || exit 1
printf '\n# cd %s\n' "$bus"
show "ls"
show "grep . 0-*/state 0-*/iio:device*/name 0-*/iio:device*/serial_number"
show "cd 0-07/$dir; grep . in_energy*_label | sed 's/_label//' | grep -v energy30"
show "cd 0-07/$dir; grep . in_energy?_raw in_energy1?_raw in_energy2?_raw"
show "iio_readdev -b 1 -s 2 $dir energy0 energy10 energy20 | od -An -v -w24 -td8"
show "hexdump -C 0-07/$dir/telegram"
show "cat 0-07/$dir/tariff_available; echo 2 > 0-07/$dir/tariff"
show "cd 0-04/$other; cat manufacturer; grep . in_*_label | head -n 12"
show "echo mbus-meter 22091039CD250102 9600 > mbus-0/new_device"
show "meterctl scan mbus-0 --secondary"
show "meterctl read 0-07"
show "grep . mbus-0/statistics/*"
is "the tariff was set" "$(ctl mb primary tariff)" 2
