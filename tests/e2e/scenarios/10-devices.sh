# SPDX-License-Identifier: GPL-2.0-only
# The meters that the firmware describes are found, each at its own line settings, and
# the modules are loaded by nothing but their aliases.
for dev in 0-01 0-02 0-03; do
	check "$dev comes online" online "$dev"
	is "$dev: name" "$(get "$(iio "$dev")/name")" pro380
	is "$dev: modalias" "$(content "$dev/modalias")" modbus:pro380
done
is "the controller's name" "$(ls "$bus" | grep modbus)" modbus-0
is "0-01: the firmware's label" "$(get "$(iio 0-01)/label")" feeder-1
is "0-02: its serial number for a label" "$(get "$(iio 0-02)/label")" 22091040
is "0-03: its serial number for a label" "$(get "$(iio 0-03)/label")" 22091041
is "wrong line settings were never used" "$(counter '' wrong_settings)" 0
for module in serial_xfer modbus pro380_core pro380_modbus; do
	check "$module was loaded" test -d "/sys/module/$module"
done
lacking=
for unit in 01 02 03; do
	for name in exchanges timeouts crc_errors frame_errors exceptions retries stale_replies \
		echoes tx_bytes rx_bytes; do
		[ -r "$bus/0-$unit/statistics/$name" ] || lacking="$lacking 0-$unit/$name"
		[ -r "$bus/modbus-0/statistics/$name" ] || lacking="$lacking modbus-0/$name"
	done
done
is "statistics are all there" "$lacking" ""
