# SPDX-License-Identifier: GPL-2.0-only
# The driver against a slave whose framing and CRC are libmodbus's.
# boot: libmodbus
# beds: stock-6.12 arm-dt
check "the meter comes online" online 0-01
is "every file shows its register" "$(compare 1 0-01)" ""
is "a register written" "$(put "$(iio 0-01)/lcd_cycle_time" 23)" ok
is "and read back" "$(get "$(iio 0-01)/lcd_cycle_time")" 23
is "two registers written" "$(put "$(iio 0-01)/s0_output_rate" 0.01)" ok
is "and read back" "$(get "$(iio 0-01)/s0_output_rate")" 0.01
ctl set 1 4010 0023 >/dev/null
ctl set 1 400d 3c23 d70a >/dev/null
readdev="-T 0"
is "a capture" "$(capture 3 0-01 in_voltage1 in_energy12 | sort -u)" \
	"$(wanted 1 in_voltage1 in_energy12 | sort)"
is "nothing was damaged" "$(content 0-01/statistics/crc_errors)" 0
