# SPDX-License-Identifier: GPL-2.0-only
# boot: meters
# beds: stock-6.12 stock-6.1
# limit: 300
# A laptop with a USB adapter and a serial card: ttys that no firmware describes become buses,
# until they are detached, or the adapter is pulled out in the middle of a scan.

has_tty() { [ -c "$(adapter_tty "$1")" ]; }
held() { [ -n "$(ls /run/meterctl)" ]; }
not_held() { ! held; }
# plug WHAT: bind or unbind, which is what the USB core does when a plug is pulled
plug() { basename "$usb_device" >"/sys/bus/usb/drivers/usb/$1"; }
far() { (which=$1 && shift && ctl "$@"); }
requests_far() { far "$1" stats | tr ' ' '\n' | sed -n 's/^requests=//p'; }
asked_more() { [ "$(requests_far usb)" -gt "$1" ]; }

check "a USB adapter" wait_for 30 has_tty ttyUSB
check "a serial card" wait_for 10 has_tty ttyS
usb=$(adapter_tty ttyUSB)
pci=$(adapter_tty ttyS)
usb_device=$(readlink -f "/sys/class/tty/${usb#/dev/}/device/../..")

# Modbus on the USB adapter
is "attach prints the bus" "$(meterctl attach "$usb" modbus --speed 9600 --parity even)" modbus-1
check "it lasts" held
meterctl attach "$usb" mbus 2>/tmp/err
is "attached twice: exit status" $? 4
is "scan" "$(meterctl scan modbus-1 -a 1-20 | awk 'NR > 1 { print $1, $2, $3 }' | tr '\n' ',')" \
	"1 PRO380 22093001,9 PRO380-CT 22093009,"
check "scan --add" meterctl scan modbus-1 -a 1-20 --add
check "one comes online" online 1-01
check "the other comes online" online 1-09
# shellcheck disable=SC2046
set -- $(far usb reg 1 5002 2)
is "a reading agrees with the meter" "$(get "$(iio 1-01)/in_voltage1_raw")" "$(scaled "$1" "$2" 1000)"
stty -F "$usb" 1200 2>/dev/null
is "nobody else changes the line" "$(meterctl raw modbus-1 01 03 4000 0002)" "01 03 04 22 09 30 01"

# The adapter is pulled out while somebody is being asked
before=$(requests_far usb)
meterctl scan modbus-1 --all >/tmp/found 2>/tmp/err &
scanner=$!
check "a scan is on its way" wait_for 20 asked_more $((before + 5))
plug unbind
wait "$scanner"
is "the scan ends: exit status" $? 4
check "it says why" grep -q "not there" /tmp/err
check "it prints what it had found" grep -q 22093009 /tmp/found
check "the bus is gone" wait_for 20 gone "$bus/modbus-1"
check "its meters are gone" gone "$bus/1-01"
check "its file is gone" gone /dev/modbus1
check "nobody holds it" wait_for 20 not_held
check "the other buses do not mind" online 0-01

# In again; detached by hand, then by the death of who holds it
plug bind
check "in again" wait_for 30 has_tty ttyUSB
usb=$(adapter_tty ttyUSB)
check "attach again" meterctl attach "$usb" modbus
is "scan again" "$(meterctl scan modbus-1 -a 9 | awk 'NR > 1 { print $3 }')" 22093009
check "detach" meterctl detach "$usb"
check "the bus is gone again" wait_for 10 gone "$bus/modbus-1"
meterctl detach "$usb" 2>/dev/null
is "detached twice: exit status" $? 3
meterctl attach "$usb" modbus >/dev/null
kill -9 "$(cat /run/meterctl/*.pid)"
check "killed: the bus is gone" wait_for 10 gone "$bus/modbus-1"
check "attach after that" meterctl attach "$usb" modbus
check "detach after that" meterctl detach "$usb"

# M-Bus on the serial card; the meters lose their supply while they are looked for
on mbus
meterctl attach --rs485 "$pci" mbus 2>/tmp/err
is "a port without RS-485: exit status" $? 4
check "it says so" grep -q "RS-485" /tmp/err
is "attach on a UART" "$(meterctl attach "$pci" mbus)" mbus-1
is "secondary scan" "$(meterctl scan mbus-1 --secondary | awk 'NR > 1 { print $2 }' | tr '\n' ' ')" \
	"22094003CD250102 22094005144D3004 "
check "add" meterctl add mbus-1 22094003CD250102
check "it comes online" online 1-22094003CD250102
is "a reading of it" "$(get "$(iio 1-22094003CD250102)/in_energy0_raw")" $(($(far pci value 22094003 0) * 36000))
far pci power 22094003 off >/dev/null
far pci power 22094005 off >/dev/null
meterctl scan mbus-1 --primary -a 1-9 >/dev/null 2>&1
is "nobody answers any more: exit status" $? 3
is "nor a reader" "$(get "$(iio 1-22094003CD250102)/in_energy0_raw")" -ETIMEDOUT
check "the meter is missed" wait_for 60 state_is 1-22094003CD250102 offline
check "detach a UART" meterctl detach "$pci"
check "its bus is gone" wait_for 10 gone "$bus/mbus-1"
check "the port is a tty as ever" stty -F "$pci" 9600

# The card is pulled out with a bus on it
card=$(readlink -f "/sys/class/tty/${pci#/dev/}")
while [ "$card" != / ] && [ ! -e "$card/driver/unbind" ]; do
	card=$(dirname "$card")
done
check "attach to the card again" meterctl attach "$pci" mbus
far pci power 22094003 on >/dev/null
check "a meter on it" meterctl add mbus-1 22094003CD250102
check "it comes online again" online 1-22094003CD250102
basename "$card" >"$card/driver/unbind"
check "without the card: no bus" wait_for 20 gone "$bus/mbus-1"
check "without the card: no meter" gone "$bus/1-22094003CD250102"
check "without the card: nobody holds it" wait_for 20 not_held
check "the M-Bus of the firmware does not mind" online 0-07
