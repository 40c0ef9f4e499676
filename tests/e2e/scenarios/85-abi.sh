# SPDX-License-Identifier: GPL-2.0-only
# Names our files in sysfs, for tests/docs/check-abi on the host to compare with
# Documentation/ABI.
list() {
	(cd "$1" && find . -maxdepth 2 -type f) | sed -n 's|^\./||; \|^statistics/\|p; \|/|!p' |
		while read -r file; do log "sysfs $2/$file"; done
}

check "a meter is online" online 0-01
list "$bus/modbus-0" "$bus/modbus-0"
list "$bus/0-01" "$bus/0-01"
list "$(iio 0-01)" "/sys/bus/iio/devices/$(iio_name 0-01)"
