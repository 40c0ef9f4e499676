# SPDX-License-Identifier: GPL-2.0-only
# boot: meters
# beds: stock-6.12
# limit: 1200
# meterctl in front of a cabinet, M-Bus: it finds every meter once, by both kinds of
# addresses, also beside a dead one.

on mbus
# Sixty-two free ones and the two of the firmware's that have this speed
ctl mb 13070001 serial 1307000A >/dev/null
ctl mb 14304568 serial 1430456B >/dev/null
is "M-Bus: exit status" "$(scan_to /tmp/found mbus-0)" 0
is "M-Bus: free meters" "$(state_count /tmp/found free)" 62
is "M-Bus: bound meters" "$(state_count /tmp/found bound)" 4
is "M-Bus: each once" "$(twice /tmp/found)" ""
for digits in 1307000A 1430456B; do
	check "M-Bus: $digits" grep -q "$digits" /tmp/found
done
note "M-Bus: $(number /tmp/found seconds) s, $(number /tmp/found selections) selections"
ctl power 22091105 off >/dev/null
is "M-Bus, a dead meter: exit status" "$(scan_to /tmp/found mbus-0 --secondary)" 0
is "M-Bus, a dead meter: the others" "$(state_count /tmp/found free)" 61
ctl power 22091105 on >/dev/null
is "the firmware's meters are online" "$(cat "$bus"/0-*/state | sort -u)" online
