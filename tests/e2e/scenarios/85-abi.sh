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

on mbus
check "M-Bus meters are online" online 0-04
list "$bus/mbus-0" "$bus/mbus-0"
for dev in 0-04 0-07 0-22091039CD250102; do
	list "$bus/$dev" "$bus/$dev"
	list "$(iio $dev)" "/sys/bus/iio/devices/$(iio_name $dev)"
done
