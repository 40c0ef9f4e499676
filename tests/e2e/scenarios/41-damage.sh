# SPDX-License-Identifier: GPL-2.0-only
# limit: 900
# One reply in ten damaged in every way that a CRC-16 detects by construction: not one wrong
# value, and every reading after it right again.
case $bed in
stock-6.12) reads=10000 ;;
*) reads=1000 ;;
esac
reads=${damage_reads:-$reads}
online 0-01 60
dir=$(iio 0-01)
echo 0 >"$dir/update_interval"
echo 60 >"$bus/modbus-0/response_timeout_ms"

for file in in_voltage1 in_voltage2 in_current1 in_current3 in_power0 in_power103 in_power202 \
	in_energy0 in_energy12 in_energy125; do
	echo "$dir/${file}_raw $(get "$dir/${file}_raw")"
done >/tmp/targets
before=$(content 0-01/statistics/exchanges)
ctl damage 10 1 >/dev/null
attr hammer $reads </tmp/targets >/tmp/hammer || true
ctl clear >/dev/null
while read -r line; do note "$line"; done </tmp/hammer
tally=$(tail -n 1 /tmp/hammer | tr ' ' '\n')
tally() { echo "$tally" | sed -n "s/^$1=//p"; }
note "$(ctl stats)"
is "reads with a result" $(($(tally reads) - $(tally silent))) $reads
is "wrong values" "$(tally wrong)" 0
is "errors of other kinds" "$(tally others)" 0
check "nearly all are right after retries" test "$(tally right)" -ge $((reads * 98 / 100))
check "the line was damaged" test "$(ctl stats | tr ' ' '\n' | sed -n 's/^damaged=//p')" -ge $((reads / 15))
check "the reads went over the wire" test $(($(content 0-01/statistics/exchanges) - before)) -ge $reads

wait_for 60 state_is 0-01 online
bad=0
while read -r path wanted; do
	[ "$(get "$path")" = "$wanted" ] || bad=$((bad + 1))
done </tmp/targets
is "every value is right afterwards" $bad 0
echo 500 >"$bus/modbus-0/response_timeout_ms"
echo 1000 >"$dir/update_interval"
