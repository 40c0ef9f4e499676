# SPDX-License-Identifier: GPL-2.0-only
# Every file of the three meters against their registers, each at its own speed.
for unit in 1 2 3; do
	online "0-0$unit" 60
	is "unit $unit: every file shows its register" "$(compare "$unit" "0-0$unit")" ""
done
among "files compared" "$(grep -c . /tmp/expected.1)" 89 89
dir=$(iio 0-01)
is "raw channels" "$(ls "$dir" | grep -c '_raw$')" 55
is "labels of channels" "$(ls "$dir" | grep -c '_label$')" 55
