# SPDX-License-Identifier: GPL-2.0-only
# What a visitor is shown, on UART 2.
# boot: demo
# limit: 100
exec 1>"${uart}2"
stty -F "${uart}2" sane

# show COMMAND: the command as typed, and what it prints
show() {
	printf '\n# %s\n' "$1"
	sh -c "cd $bus; $1" 2>&1
}

echo "Linux $(uname -r) on $(uname -m): a Modbus line on ${uart}1, three meters of three speeds"
for dev in 0-01 0-02 0-03; do
	check "$dev is online" online "$dev"
done
dir=$(basename "$(iio 0-01)")
cd "$bus" || exit 1
show "ls"
show "grep . 0-0?/state 0-0?/iio:device*/baud_rate 0-0?/iio:device*/parity"
show "iio_info | sed '/^.*iio:device0: /,\$!d' | head -n 24"
show "cat 0-01/$dir/label 0-01/$dir/serial_number 0-01/$dir/in_energy12_label 0-01/$dir/in_energy12_raw"
show "iio_readdev -b 1 -s 4 $dir voltage1 voltage2 voltage3 | hexdump -v -e '3/4 \"%8d mV\" \"\\n\"'"
show "cat 0-01/$dir/combination_code_available; echo 5 > 0-01/$dir/combination_code; cat 0-01/$dir/combination_code"
show "echo 10 > 0-01/$dir/combination_code"
show "echo 1200 > 0-01/$dir/baud_rate; cat 0-01/$dir/baud_rate 0-01/$dir/in_voltage1_raw"
show "echo 9600 > 0-01/$dir/baud_rate; cat 0-01/$dir/baud_rate"
show "grep . modbus-0/statistics/*"
is "the code was set" "$(ctl reg 1 400f)" 0005
