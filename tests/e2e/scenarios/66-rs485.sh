# SPDX-License-Identifier: GPL-2.0-only
# boot: tty
# beds: arm-dt
# limit: 300
# A bus on a tty whose driver switches the direction of RS-485 (PL011).

tty=${uart}2
# The simulator on the second UART, whatever its protocol
far() { (which=mbus && ctl "$@"); }
far_counter() { (which=mbus && counter '' "$1"); }
released() { [ "$(far_counter rts)" = 0 ]; }

is "the port does not switch" "$(rs485 "$tty")" off
is "attach" "$(meterctl attach --rs485 "$tty" modbus)" modbus-1
is "RTS while sending" "$(rs485 "$tty")" "sending 1, after 0"
is "scan" "$(meterctl scan modbus-1 -a 1-12 | awk 'NR > 1 { print $1, $2, $3 }' | tr '\n' ',')" \
	"1 PRO380 22095001,9 PRO380-CT 22095009,"
is "raw" "$(meterctl raw modbus-1 01 03 4000 0002)" "01 03 04 22 09 50 01"
check "scan --add" meterctl scan modbus-1 -a 1-12 --add
check "one comes online" online 1-01
check "the other comes online" online 1-09
# shellcheck disable=SC2046
set -- $(far reg 1 5002 2)
is "a reading agrees with the meter" "$(get "$(iio 1-01)/in_voltage1_raw")" "$(scaled "$1" "$2" 1000)"
is "nothing of ours came back" "$(content modbus-1/statistics/echoes)" 0
is "nothing was cut" "$(content modbus-1/statistics/crc_errors) $(content modbus-1/statistics/frame_errors)" "0 0"
among "bytes sent with RTS at 1" "$(far_counter driven)" 100 100000
is "bytes sent with RTS at 0" "$(far_counter undriven)" 0
check "the line is released" wait_for 5 released
check "detach" meterctl detach "$tty"
check "the bus is gone" wait_for 10 gone "$bus/modbus-1"
is "the port goes on switching" "$(rs485 "$tty")" "sending 1, after 0"
check "attach again" meterctl attach --rs485 "$tty" modbus
is "scan again" "$(meterctl scan modbus-1 -a 9 | awk 'NR > 1 { print $3 }')" 22095009
check "detach again" meterctl detach "$tty"
check "the firmware's bus does not mind" online 0-01
