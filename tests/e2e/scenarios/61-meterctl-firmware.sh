# SPDX-License-Identifier: GPL-2.0-only
# beds: arm-dt debug
# limit: 300
# meterctl and the meters that the firmware describes, on the beds without a cabinet.

# node BUS: the path of its UART in the device tree
node() { dirname "$(readlink -f "$bus/$1/of_node")" | sed 's|.*/devicetree/base||'; }
bound() { scan_to /tmp/found "$@" >/dev/null; state_count /tmp/found bound; }
# raw_of DEVICE CHANNEL: what meterctl reads of it
raw_of() { meterctl read "$1" --raw -c "$2" | awk 'NR == 2 { print $2 }'; }

is "buses" "$(meterctl buses | sed -n 's/^\([a-z]*-[0-9]\) .*/\1/p' | tr '\n' ' ')" "modbus-0 mbus-0 "
is "list" "$(meterctl list | grep -c online)" 7
is "scan" "$(bound modbus-0 -a 1-4)" 3
is "raw" "$(meterctl raw modbus-0 01 03 4000 0002)" "01 03 04 22 09 10 39"
is "read agrees with sysfs" "$(raw_of 0-01 'L1 voltage')" "$(get "$(iio 0-01)/in_voltage1_raw")"
check "a setting" meterctl config 0-01 lcd_cycle_time=17
is "the meter has it" "$(ctl reg 1 4010)" 0017
check "export" meterctl export
meterctl dts >/tmp/dts
is "dts: meters" "$(grep -c 'compatible = "inepro,pro380"' /tmp/dts)" 6
is "dts: meters of other makers" "$(grep -c 'compatible = "mbus-meter"' /tmp/dts)" 1
[ "$bed" != arm-dt ] || check "dts: the Modbus UART" grep -F "&{$(node modbus-0)} {" /tmp/dts

on mbus
[ "$bed" != arm-dt ] || check "dts: the M-Bus UART" grep -F "&{$(node mbus-0)} {" /tmp/dts
is "M-Bus: secondary scan" "$(bound mbus-0 --secondary)" 4
is "M-Bus: primary scan" "$(bound mbus-0 --primary -a 1-9)" 2
is "M-Bus: read agrees with sysfs" "$(raw_of 0-07 'total active energy')" \
	"$(get "$(iio 0-07)/in_energy0_raw")"
is "all are online" "$(cat /sys/bus/m*bus/devices/0-*/state | sort -u)" online
