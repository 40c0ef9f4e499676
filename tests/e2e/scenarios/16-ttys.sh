# SPDX-License-Identifier: GPL-2.0-only
# Buses on ptys, and requests from userspace: see guest/ttybus.c. The line discipline's
# module is loaded by its alias.
ttybus 60 >/tmp/ttybus.log 2>&1
while read -r verdict text; do
	case $verdict in
	ok) ok "$text" ;;
	*) [ "$verdict" = end ] || not_ok "$verdict $text" ;;
	esac
done </tmp/ttybus.log
is "it came to its end" "$(tail -n 1 /tmp/ttybus.log)" end
check "the firmware's meters do not mind" online 0-01
