# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2154
# The benchmark's search for meters in the guest. Sourced by the scenario; prints lines
# "bench NAME key=value..." for tests/bench/report.

# took NAME FOUND: since $began, in seconds
took() {
	took_wall=$(($(now) - began))
	note "bench scan-$1 wall=$((took_wall / 100)).$(printf %02d $((took_wall % 100))) found=$2"
}

# poll NAME OPTION...: every address, as an installer would with mbpoll
poll() {
	poll_name=$1 poll_unit=1 poll_found=0
	shift
	began=$(now)
	while [ $poll_unit -le 247 ]; do
		mbpoll -m rtu -b 9600 -P even -0 -t 4:hex -r 16384 -c 2 -1 -q -a $poll_unit "$@" \
			"${uart}2" >/dev/null 2>&1 && poll_found=$((poll_found + 1))
		poll_unit=$((poll_unit + 1))
	done
	took "$poll_name" $poll_found
}

began=$(now)
is "our scan" "$(scan_to /tmp/found modbus-0)" 0
# Of the three that the firmware describes, one has this speed: mbpoll finds it as well.
took ours $(($(state_count /tmp/found free) + 1))
poll mbpoll
poll mbpoll-short -o 0.12

is "an M-Bus" "$(meterctl attach "$(adapter_tty ttyS)" mbus)" mbus-0
is "our search" "$(scan_to /tmp/found mbus-0 --secondary)" 0
note "bench search selections=$(number /tmp/found selections) found=$(state_count /tmp/found free)" \
	"serials=$(sed -n 's/.*"serial_number": "\(.*\)".*/\1/p' /tmp/found | tr '\n' ',')"
