# SPDX-License-Identifier: GPL-2.0-only
# limit: 200
# The data link layer as the meters see it: resets and selections no more than needed, the
# frame count bit with meters that keep to the standard, that ignore it, and that know none.
on mbus
ctrl=$bus/mbus-0
full=0-22091039CD250102
number=0-22091064FFFFFFFF

# reads COUNT FILE...: so often, each of them asked for anew
reads() {
	reads_count=$1
	shift
	while [ "$reads_count" -gt 0 ]; do
		get "$@" >/dev/null || not_ok "a reading of $*"
		reads_count=$((reads_count - 1))
	done
}

# since METER NAME BEFORE: by how much that statistic has grown
since() { echo $(($(counter "$1" "$2") - $3)); }

# A simulator that is kept from the CPU is no meter that does not answer.
put "$ctrl/response_timeout_ms" 1000 >/dev/null
for dev in 0-07 $full $number; do
	online $dev 60
	put "$(iio $dev)/update_interval" 0 >/dev/null
done
reads 1 "$(iio 0-07)/in_energy0_raw"
before=$(counter primary reads) resets=$(counter '' nke) repeats=$(counter '' repeats)
reads 50 "$(iio 0-07)/in_energy0_raw"
is "50 readings are 50 requests" "$(since primary reads "$before")" 50
is "... and no SND_NKE" "$(since '' nke "$resets")" 0
is "... and no meter was asked with the bit it had last" "$(since '' repeats "$repeats")" 0

reads 1 "$(iio $full)/in_energy0_raw"
selects=$(counter '' selects) resets=$(counter '' nke)
reads 20 "$(iio $full)/in_energy0_raw"
is "a selected meter is not selected again" "$(since '' selects "$selects")" 0
reads 10 "$(iio $full)/in_energy0_raw" "$(iio 0-07)/in_energy0_raw"
is "... nor after one with a primary address was asked" "$(since '' selects "$selects")" 0
reads 10 "$(iio $number)/in_energy0_raw" "$(iio $full)/in_energy0_raw"
is "20 times another one is 20 selections" "$(since '' selects "$selects")" 20
is "and still no SND_NKE" "$(since '' nke "$resets")" 0
for pair in primary:0-07 full:$full number:$number; do
	is "${pair#*:} after that, at its own speed" "$(compare "${pair%:*}" "${pair#*:}")" ""
done

for kind in strict any lax; do
	ctl meter add pro380mb:unit=70,serial=22091270,speed=9600,name=$kind,fcb=$kind >/dev/null
	is "new_device for a meter of kind $kind" "$(put "$ctrl/new_device" "pro380 70 9600")" ok
	online 0-46
	dir=$(iio 0-46)
	put "$dir/update_interval" 0 >/dev/null
	reads 1 "$dir/in_energy0_raw"
	before=$(counter $kind reads) resets=$(counter $kind nke)
	for digits in 11111111 2222222 333333 44444 5555 666 77 8; do
		ctl value $kind 0 $digits >/dev/null
		is "$kind: it tells what it has now" "$(get "$dir/in_energy0_raw")" $((digits * 36000))
	done
	is "$kind: one request a reading" "$(since $kind reads "$before")" 8
	is "$kind: no SND_NKE for that" "$(since $kind nke "$resets")" 0
	is "$kind: a write" "$(put "$dir/tariff" 2)" ok
	is "$kind: it is in the meter" "$(ctl mb $kind tariff)" 2
	put "$ctrl/delete_device" 70 >/dev/null
	ctl meter remove $kind >/dev/null
done
ctl meter add pro380mb:unit=71,serial=22091271,speed=9600,name=lax,fcb=lax >/dev/null
is "new_device for one without the bit, by its number" \
	"$(put "$ctrl/new_device" "pro380 22091271CD250102 9600")" ok
online 0-22091271CD250102
is "its files" "$(compare lax 0-22091271CD250102)" ""
put "$ctrl/delete_device" 22091271CD250102 >/dev/null
ctl meter remove lax >/dev/null
for dev in 0-07 $full $number; do
	put "$(iio $dev)/update_interval" 1000 >/dev/null
done
put "$ctrl/response_timeout_ms" 200 >/dev/null
