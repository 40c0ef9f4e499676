# SPDX-License-Identifier: GPL-2.0-only
# Buffered capture from M-Bus meters, against the meters and sysfs, and beside Modbus.
# limit: 400
full=0-22091039CD250102
energies="in_energy0 in_energy4 in_energy5 in_energy10 in_energy14 in_energy15 in_energy20
in_energy24 in_energy25"

on mbus
for dev in 0-07 $full 0-22091064FFFFFFFF; do
	online $dev 60
done
is "-b 1 with no set-up: one channel" "$(capture 1 0-07 in_energy0)" "$(wanted primary in_energy0)"
readdev="-T 0"
for pair in primary:0-07 full:$full number:0-22091064FFFFFFFF; do
	# shellcheck disable=SC2086
	is "${pair#*:}: all channels" "$(capture 2 "${pair#*:}" $energies | sort -u)" \
		"$(wanted "${pair%:*}" $energies | sort)"
done
ctl value primary 3 76543210 >/dev/null
is "a new value is asked of the meter anew" "$(capture 1 0-07 in_energy10)" "in_energy10 2755555560000"
is "it refreshed the cache" "$(get "$(iio 0-07)/in_energy10_raw")" 2755555560000
trigger=$(grep -l "^pro380-dev$(iio 0-07 | sed 's/.*device//')\$" /sys/bus/iio/devices/trigger*/name)
is "sampling frequency by default" \
	"$(get "${trigger%/name}/sampling_frequency" | sed 's/\.0*$//')" 2

# A record that is missing or tells no number: the scan is dropped and counted.
dropped=$(get "$(iio 0-07)/statistics/dropped_scans")
more_dropped() { [ "$(get "$(iio 0-07)/statistics/dropped_scans")" -gt "${dropped:-0}" ]; }
capture 4 0-07 in_energy0 in_energy25 >/tmp/captured &
reader=$!
wait_for 140 grep -q 1 "$(iio 0-07)/buffer/enable"
ctl hide primary 8 >/dev/null
check "scans without a value are counted" wait_for 10 more_dropped
ctl show primary all >/dev/null
wait "$reader"
is "what was pushed is right" "$(sort -u /tmp/captured)" "$(wanted primary in_energy0 in_energy25 | sort)"

# One on each bus, and a second one on the M-Bus, at the same time, beside readings
capture 12 0-07 in_energy0 in_energy25 >/tmp/captured.first &
first=$!
capture 12 $full in_energy4 in_energy20 >/tmp/captured.second &
second=$!
on modbus
capture 12 0-01 in_voltage1 in_energy12 >/tmp/captured.third &
third=$!
on mbus
for dev in 0-07 $full; do
	check "the capture of $dev runs" wait_for 140 grep -q 1 "$(iio $dev)/buffer/enable"
done
is "a reading of a meter that is not captured" "$(get "$(iio 0-22091064FFFFFFFF)/in_energy0_raw")" \
	"$(wanted number in_energy0 | cut -d ' ' -f 2)"
is "a reading of one that is" "$(get "$(iio 0-07)/in_energy14_raw")" \
	"$(wanted primary in_energy14 | cut -d ' ' -f 2)"
is "a setting written meanwhile" "$(put "$(iio $full)/tariff" 2)" ok
is "... is in the meter" "$(ctl mb full tariff)" 2
wait $first $second $third
is "the first is whole" "$(sort /tmp/captured.first | uniq -c | awk '{ print $1, $2, $3 }')" \
	"$(wanted primary in_energy0 in_energy25 | sort | sed 's/^/12 /')"
is "the second" "$(sort /tmp/captured.second | uniq -c | awk '{ print $1, $2, $3 }')" \
	"$(wanted full in_energy20 in_energy4 | sort | sed 's/^/12 /')"
on modbus
is "the third" "$(sort /tmp/captured.third | uniq -c | awk '{ print $1, $2, $3 }')" \
	"$(wanted 1 in_energy12 in_voltage1 | sort | sed 's/^/12 /')"
on mbus
put "$(iio $full)/tariff" 1 >/dev/null
