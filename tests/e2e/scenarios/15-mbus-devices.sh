# SPDX-License-Identifier: GPL-2.0-only
# limit: 200
# M-Bus meters that the firmware describes by primary and by secondary address, whole or in
# part, at three speeds beside the Modbus line; those made by userspace; bad addresses.
on mbus
ctrl=$bus/mbus-0
full=0-22091039CD250102
number=0-22091064FFFFFFFF

is "the controller's name" "$(ls "$bus" | grep mbus)" mbus-0
for dev in 0-07 $full $number; do
	check "$dev comes online" online "$dev"
	is "$dev: name" "$(get "$(iio $dev)/name")" pro380
	is "$dev: name on the bus" "$(content "$dev/name")" pro380
	is "$dev: modalias" "$(content "$dev/modalias")" mbus:pro380
done
check "0-04 comes online" online 0-04
is "0-04: name" "$(get "$(iio 0-04)/name")" mbus-meter
is "0-04: modalias" "$(content 0-04/modalias)" mbus:mbus-meter
is "0-07: the firmware's label" "$(get "$(iio 0-07)/label")" feeder-7
is "$full: its serial number for a label" "$(get "$(iio $full)/label")" 22091039
is "$number: its serial number for a label" "$(get "$(iio $number)/label")" 22091064
is "$number: what the wildcards stood for" "$(get "$(iio $number)/secondary_address")" 22091064CD250102
is "wrong line settings were never used" "$(counter '' wrong_settings)" 0
for module in meterbus pro380_mbus mbus_meter; do
	check "$module was loaded" test -d "/sys/module/$module"
done
lacking=
for dev in mbus-0 0-04 0-07 $full $number; do
	for name in exchanges timeouts checksum_errors frame_errors exceptions retries stale_replies \
		echoes tx_bytes rx_bytes; do
		[ -r "$bus/$dev/statistics/$name" ] || lacking="$lacking $dev/$name"
	done
done
is "statistics are all there" "$lacking" ""
is "echo" "$(content mbus-0/echo)" no

while read -r text; do
	text=$(echo "$text" | tr '_' ' ')
	is "new_device refuses '$text'" "$(put "$ctrl/new_device" "$text")" -EINVAL
done <<-BAD
	_
	pro380
	pro380_251
	pro380_253
	pro380_256
	pro380_-1
	pro380_x
	pro380_0x
	pro380_7x
	pro380_2209103
	pro380_22091039
	pro380_22091039CD25010
	pro380_22091039CD2501021
	pro380_0x22091039CD250102
	pro380_2209103GCD250102
	pro380_9_0
	pro380_9_200
	pro380_9_x
	pro380_9_2400_even
	anameofmorethanthirtyonecharacters_9
BAD
is "new_device refuses a known primary address" "$(put "$ctrl/new_device" "pro380 0x07")" -EBUSY
is "... and a known secondary one, in any case" \
	"$(put "$ctrl/new_device" "pro380 22091039cd250102")" -EBUSY
is "delete_device refuses the firmware's" "$(put "$ctrl/delete_device" 7)" -ENOENT
is "... by secondary address" "$(put "$ctrl/delete_device" 22091039CD250102)" -ENOENT
is "delete_device of nothing" "$(put "$ctrl/delete_device" 99)" -ENOENT
is "delete_device of nonsense" "$(put "$ctrl/delete_device" x)" -EINVAL
for limit in response_timeout_ms:49 response_timeout_ms:60001 retries:-1 retries:11; do
	is "${limit%:*} does not take ${limit#*:}" "$(put "$ctrl/${limit%:*}" "${limit#*:}")" -EINVAL
done

# Address 0, which meters have when they leave the factory, and the highest one
for unit in 0 250; do
	dev=0-$(printf %02x $unit)
	ctl meter add "pro380mb:unit=$unit,serial=2209120$((unit / 250)),speed=300,name=made" >/dev/null
	is "new_device $unit with its speed" "$(put "$ctrl/new_device" "pro380 $unit 300")" ok
	check "$dev comes online" online "$dev"
	is "$dev: its files" "$(compare made "$dev")" ""
	is "delete_device $unit" "$(put "$ctrl/delete_device" $unit)" ok
	check "$dev is gone" gone "$bus/$dev"
	ctl meter remove made >/dev/null
done

# The same meter by wildcards in every part of its secondary address
ctl meter add pro380mb:unit=60,serial=22091210,speed=2400,name=made >/dev/null
for id in 22091210CD250102 22091210FFFF0102 22091210cd25ffff 220912FFFFFFFFFF 2209121FCD25FF02; do
	dev=0-$(echo $id | tr a-f A-F)
	is "new_device $id" "$(put "$ctrl/new_device" "pro380 $id")" ok
	check "$dev comes online" online "$dev"
	is "$dev: it is that meter" "$(get "$(iio "$dev")/serial_number")" 22091210
	is "delete_device $id" "$(put "$ctrl/delete_device" $id)" ok
done
is "of another make there is none" "$(put "$ctrl/new_device" "pro380 22091210CD260102")" ok
is "... and it is searched for" "$(sleep 1; content 0-22091210CD260102/state)" searching
put "$ctrl/delete_device" 22091210CD260102 >/dev/null
ctl meter remove made >/dev/null

# What the driver of the PRO380 does not know
ctl meter add heat:unit=61,serial=50607080,name=made >/dev/null
is "a heat meter as a PRO380" "$(put "$ctrl/new_device" "pro380 61")" ok
check "it is unsupported" wait_for 20 state_is 0-3d unsupported
is "it is no IIO device" "$(iio 0-3d)" ""
put "$ctrl/delete_device" 61 >/dev/null
ctl meter remove made >/dev/null
