# SPDX-License-Identifier: GPL-2.0-only
# Buffered capture with libiio's iio_readdev, against the registers and against sysfs.
# limit: 600
dir=$(iio 0-01)
mix="in_voltage2 in_current1 in_power100 in_energy12 in_energy30"

is "-b 1 with no set-up: one channel" "$(capture 1 0-01 in_voltage1)" "$(wanted 1 in_voltage1)"
# libiio gives a buffer one second by default, which a busy machine may not keep.
readdev="-T 0"
# shellcheck disable=SC2086
is "a mix of 32 and 64 bits" "$(capture 3 0-01 $mix | sort -u)" "$(wanted 1 $mix | sort)"
all=$(ls "$dir" | sed -n 's/_raw$//p')
# shellcheck disable=SC2086
is "all channels" "$(capture 2 0-01 $all | sort -u)" "$(wanted 1 $all | sort)"
for unit in 2 3; do
	# shellcheck disable=SC2086
	is "unit $unit" "$(capture 2 "0-0$unit" $mix | sort -u)" "$(wanted "$unit" $mix | sort)"
done

ctl float 1 500c -3.25 >/dev/null
is "a new value is asked of the meter anew" "$(capture 1 0-01 in_current1)" "in_current1 -32500"
is "it refreshed the cache" "$(get "$dir/in_current1_raw")" -32500
ctl float 1 500c 5.25 >/dev/null

trigger=$(grep -l "^pro380-dev${dir##*device}\$" /sys/bus/iio/devices/trigger*/name)
trigger=${trigger%/name}
is "it chose its own trigger" "$(get "$dir/trigger/current_trigger")" "pro380-dev${dir##*device}"
is "sampling frequency by default" "$(get "$trigger/sampling_frequency" | sed 's/\.0*$//')" 2

# period HERTZ: the median distance of the timestamps, in milliseconds
period() {
	put "$trigger/sampling_frequency" "$1" >/dev/null
	capture 8 0-01 in_voltage1 in_timestamp | sed -n 's/^in_timestamp //p' |
		awk 'NR > 1 { print int(($1 - last) / 1000000) } { last = $1 }' | sort -n | sed -n 4p
}
among "milliseconds between scans at 2 Hz" "$(period 2)" 450 700
among "milliseconds between scans at 5 Hz" "$(period 5)" 170 400
among "milliseconds between scans at 10 Hz" "$(period 10)" 80 300
for hertz in 0 0.0009 10.1 -1 x 4294967298; do
	is "sampling_frequency refuses $hertz" "$(put "$trigger/sampling_frequency" "$hertz")" -EINVAL
done
put "$trigger/sampling_frequency" 5 >/dev/null

# Settings and readings while a capture runs
capture 25 0-01 in_voltage1 in_energy0 >/tmp/captured &
reader=$!
check "the capture runs" wait_for 140 grep -q 1 "$dir/buffer/enable"
is "a reading meanwhile" "$(get "$dir/in_voltage2_raw")" "$(wanted 1 in_voltage2 | cut -d ' ' -f 2)"
is "a setting written meanwhile" "$(put "$dir/lcd_cycle_time" 17)" ok
is "a setting read meanwhile" "$(get "$dir/lcd_cycle_time")" 17
wait "$reader"
is "the capture is whole" "$(sort /tmp/captured | uniq -c | awk '{ print $1, $2, $3 }')" \
	"$(wanted 1 in_energy0 in_voltage1 | sed 's/^/25 /')"
put "$dir/lcd_cycle_time" 10 >/dev/null

put "$dir/scan_elements/in_voltage1_en" 1 >/dev/null
is "a buffer is enabled" "$(put "$dir/buffer/enable" 1)" ok
is "no new address meanwhile" "$(put "$dir/address" 9)" -EBUSY
put "$dir/buffer/enable" 0 >/dev/null
put "$dir/scan_elements/in_voltage1_en" 0 >/dev/null

# What has no value is dropped and counted, and the capture goes on
dropped=$(get "$dir/statistics/dropped_scans")
capture 6 0-01 in_voltage1 in_power1 >/tmp/captured &
reader=$!
wait_for 140 grep -q 1 "$dir/buffer/enable"
ctl float 1 5014 nan >/dev/null
more_dropped() { [ "$(get "$dir/statistics/dropped_scans")" -gt "${dropped:-0}" ]; }
check "scans without a value are counted" wait_for 10 more_dropped
ctl float 1 5014 2.40625 >/dev/null
wait "$reader"
is "what was pushed is right" "$(sort -u /tmp/captured | grep -v in_power1)" "$(wanted 1 in_voltage1)"
