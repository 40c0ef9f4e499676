# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2154
# The benchmark's work in the guest. Sourced by the scenario; prints lines
# "bench NAME key=value..." for tests/bench/report.

. /lib/bench/held.sh
. /lib/bench/size.sh

slow_unit=1 fast_unit=11 fast_speed=115200
memory_units="21 22 23 24 25 26 27 28"

say() { "$@" 2>&1 | while read -r line; do note "$line"; done; }

dev_of() { printf '0-%02x' "$1"; }
add_meter() { echo "pro380 $1 $2 even" >"$bus/modbus-0/new_device"; }

# exchange NAME DEVICE FILE: as many exchanges of the block that holds the file.
exchange() {
	exchange_dir=$(iio "$2")
	echo 1 >"$exchange_dir/update_interval"
	exchange_before=$(content "$2/statistics/exchanges")
	exchange_gaps=$(counter '' gaps) exchange_gap=$(counter '' gap_us) exchange_lag=$(counter '' lag_us)
	say iiobench "$1" exchange "$exchange_dir/$3" "$exchanges" 1200
	exchange_after=$(content "$2/statistics/exchanges")
	note "bench count-$1 exchanges=$((exchange_after - exchange_before)) last=$(ctl history 1)"
	exchange_lag=$(($(counter '' lag_us) - exchange_lag))
	exchange_gap=$(($(counter '' gap_us) - exchange_gap))
	note "bench wire-$1 gaps=$(($(counter '' gaps) - exchange_gaps)) gap=$exchange_gap lag=$exchange_lag"
}

settings="address baud_rate parity s0_output_rate combination_code lcd_cycle_time
power_down_counter meter_amps ct_ratio ct_mode error_code status_word serial_number
meter_code protocol_version software_version hardware_version firmware_checksum
in_power0_quadrant in_power1_quadrant in_power2_quadrant in_power3_quadrant
in_power1_direction in_power2_direction in_power3_direction"
others="in_voltage_frequency in_power0_powerfactor in_power1_powerfactor
in_power2_powerfactor in_power3_powerfactor"

# Every value of the meter from its file, each block asked for once a round: to read the
# files of a block takes less than the interval, to refresh the other two takes longer.
files() {
	files_dir=$(iio "$2")
	echo 6 >"$files_dir/update_interval"
	files_before=$(content "$2/statistics/exchanges")
	(
		cd "$files_dir" || exit
		# shellcheck disable=SC2086
		say iiobench "$1" files . "$3" $settings in_voltage?_raw in_current?_raw in_power*_raw $others \
			tariff in_energy*_raw
	)
	files_after=$(content "$2/statistics/exchanges")
	note "bench count-$1 exchanges=$((files_after - files_before))"
}

# buffer NAME DEVICE SCANS: all scan elements, as fast as the trigger and the wire allow.
buffer() {
	buffer_dir=$(iio "$2")
	for buffer_en in "$buffer_dir"/scan_elements/*_en; do
		echo 1 >"$buffer_en"
	done
	buffer_trigger=$(cat "$buffer_dir/trigger/current_trigger")
	for buffer_name in /sys/bus/iio/devices/trigger*; do
		[ "$(cat "$buffer_name/name")" != "$buffer_trigger" ] ||
			echo 10 >"$buffer_name/sampling_frequency"
	done
	echo 64 >"$buffer_dir/buffer/length"
	echo 1 >"$buffer_dir/buffer/watermark"
	echo 1 >"$buffer_dir/buffer/enable"
	say iiobench "$1" buffer "$buffer_dir" "/dev/$(iio_name "$2")" "$3"
	echo 0 >"$buffer_dir/buffer/enable"
}

# speed SPEED UNIT ROUNDS
speed() {
	speed_dev=$(dev_of "$2")
	exchange "ours-75-$1" "$speed_dev" in_energy0_raw
	exchange "ours-48-$1" "$speed_dev" in_voltage1_raw
	files "ours-files-$1" "$speed_dev" "$3"
	buffer "ours-buffer-$1" "$speed_dev" "$3"
	say mbread "lib-values-$1" "${uart}2" "$1" "$2" values "$3"
	say mbread "lib-blocks-$1" "${uart}2" "$1" "$2" blocks "$3"
}

have_iio() {
	for have_unit; do
		has_iio "$(dev_of "$have_unit")" || return 1
	done
}

memory_meters() {
	held_begin
	for memory_unit in $memory_units; do
		add_meter "$memory_unit" "$fast_speed"
	done
	# shellcheck disable=SC2086
	wait_for 60 have_iio $memory_units
	# shellcheck disable=SC2086
	check "the meters for the memory figure" have_iio $memory_units
	# shellcheck disable=SC2086
	note "$(held_end meter "$(echo $memory_units | wc -w)")"
	for memory_unit in $memory_units; do
		echo "$memory_unit" >"$bus/modbus-0/delete_device"
	done
}

memory_empty() {
	held_begin
	insmod /lib/bench/iio_empty.ko source="$(iio_name "$(dev_of $slow_unit)")" count=8
	note "$(held_end empty 8)"
	rmmod iio_empty
}

memory_modules() {
	modprobe -a pro380_mbus mbus_meter
	for memory_module in serial_xfer modbus meterbus pro380_core pro380_modbus pro380_mbus mbus_meter; do
		note "bench module-$memory_module bytes=$(cat /sys/module/$memory_module/coresize)"
	done
}

for unit in $slow_unit 2 3; do
	online "$(dev_of "$unit")" || not_ok "meter $unit is online"
done
add_meter $fast_unit $fast_speed
online "$(dev_of $fast_unit)" || not_ok "the fast meter is online"
memory_modules
memory_meters
memory_empty
say iiobench idle idle 10
speed $fast_speed $fast_unit 300
speed 9600 $slow_unit 20
note "bench stats $(ctl stats)"
