# SPDX-License-Identifier: GPL-2.0-only
# libiio over the network: iiod and its clients.
# limit: 900
iiod >/tmp/iiod.log 2>&1 &
server=$!
# iio_info would read each attribute of each meter over the network, in a minute
check "iiod answers" wait_for 300 iio_attr -u ip:127.0.0.1 -d
iio_attr -u ip:127.0.0.1 -d >/tmp/info 2>&1
is "meters of both buses that it shows" "$(grep -c iio:device /tmp/info)" 7
for label in feeder-1 feeder-7 22091039 30405060; do
	is "... one of them with the label $label" "$(grep -c $label /tmp/info)" 1
done
is "a channel" "$(iio_attr -u ip:127.0.0.1 -c "$(iio_name 0-01)" energy12 raw)" \
	"$(expected 1 | sed -n 's/^in_energy12_raw //p')"
is "its label" "$(iio_attr -u ip:127.0.0.1 -c "$(iio_name 0-01)" energy12 label)" \
	"L2 forward active energy"
is "an attribute" "$(iio_attr -u ip:127.0.0.1 -d "$(iio_name 0-01)" serial_number)" 22091039
iio_attr -u ip:127.0.0.1 -d "$(iio_name 0-01)" lcd_cycle_time 12 >/dev/null
is "an attribute written" "$(ctl reg 1 4010)" 0012
readdev="-T 0 -u ip:127.0.0.1"
is "a capture" "$(capture 3 0-02 in_voltage3 in_energy5 | sort -u)" \
	"$(wanted 2 in_voltage3 in_energy5 | sort)"
on mbus
is "a channel on the M-Bus" "$(iio_attr -u ip:127.0.0.1 -c "$(iio_name 0-07)" energy25 raw)" \
	"$(expected primary | sed -n 's/^in_energy25_raw //p')"
is "a capture there" "$(capture 3 0-07 in_energy0 in_energy15 | sort -u)" \
	"$(wanted primary in_energy0 in_energy15 | sort)"
# At any other signal it waits for a minute
kill -KILL "$server"
