# SPDX-License-Identifier: GPL-2.0-only
# Buses on ptys, and requests from userspace: see guest/ttybus.c. The line discipline's
# module is loaded by its alias.

# ttys WHAT PROGRAM ROUNDS
ttys() {
	"$2" "$3" >/tmp/ttybus.log 2>&1
	while read -r verdict text; do
		case $verdict in
		ok) ok "$1$text" ;;
		*) [ "$verdict" = end ] || not_ok "$1$verdict $text" ;;
		esac
	done </tmp/ttybus.log
	is "$1it came to its end" "$(tail -n 1 /tmp/ttybus.log)" end
}

ttys "" ttybus 60
case $bed in
stock-*)
	if [ -e /bin/ttybus32 ]; then
		ttys "32 bits: " ttybus32 5
	else
		skip "a program of 32 bits" "no i686-linux-gnu-gcc to build it with"
	fi
	;;
esac
check "the firmware's meters do not mind" online 0-01
