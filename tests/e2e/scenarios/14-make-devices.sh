# SPDX-License-Identifier: GPL-2.0-only
# Devices made and deleted by userspace; what these files refuse; meters of other kinds.
ctrl=$bus/modbus-0
for text in " " pro380 "pro380 0x00" "pro380 248" "pro380 x" "pro380 5 9600 mark" "pro380 5 0" \
	"pro380 5 9600 even more" "pro380 -1"; do
	is "new_device refuses '$text'" "$(put "$ctrl/new_device" "$text")" -EINVAL
done
is "new_device refuses a known address" "$(put "$ctrl/new_device" "pro380 0x01")" -EBUSY
is "delete_device refuses the firmware's" "$(put "$ctrl/delete_device" 1 | grep -c '^-E')" 1
is "delete_device refuses what is not there" "$(put "$ctrl/delete_device" 99 | grep -c '^-E')" 1

ctl meter add pro380:unit=16,serial=22091050,speed=1200,parity=none >/dev/null
is "new_device with speed and parity" "$(put "$ctrl/new_device" "pro380 0x10 1200 none")" ok
check "the meter comes online" online 0-10
is "its files" "$(compare 16 0-10)" ""
is "delete_device" "$(put "$ctrl/delete_device" 0x10)" ok
check "it is gone" gone "$bus/0-10"

put "$ctrl/new_device" "pro380 16" >/dev/null
sleep 1
is "at wrong settings it is searched for" "$(content 0-10/state)" searching
put "$ctrl/delete_device" 16 >/dev/null
ctl meter remove 16 >/dev/null

ctl meter add grow:unit=20,serial=22091060,speed=9600,parity=even >/dev/null
put "$ctrl/new_device" "pro380 20" >/dev/null
check "a foreign meter is unsupported" wait_for 20 state_is 0-14 unsupported
check "it is no IIO device" sh -c "! ls -d $bus/0-14/iio:device*"
check "its code is named" sh -c "dmesg | grep -q 'unknown meter.*0x0201'"
put "$ctrl/delete_device" 20 >/dev/null
ctl meter remove 20 >/dev/null

ctl meter add pro1:unit=21,serial=22091061,speed=9600,parity=even >/dev/null
put "$ctrl/new_device" "pro380 21" >/dev/null
check "a PRO1 comes online" online 0-15
is "its name" "$(get "$(iio 0-15)/name")" pro1
check "it has index 0" test -e "$(iio 0-15)/in_voltage0_raw"
check "it has no L2" test ! -e "$(iio 0-15)/in_voltage2_raw"
put "$ctrl/delete_device" 21 >/dev/null
ctl meter remove 21 >/dev/null
