# SPDX-License-Identifier: GPL-2.0-only
# limit: 600
# Arbitrary damage to one reply in four: what passes is held against theory, 2^-16 of the
# damaged frames that have the right length. The simulator knows which of them would pass.
case $bed in
stock-6.12) reads=3000 ;;
*) reads=300 ;;
esac
online 0-01 60
dir=$(iio 0-01)
echo 0 >"$dir/update_interval"
echo 60 >"$bus/modbus-0/response_timeout_ms"
for file in in_voltage1 in_current1 in_power0 in_energy0; do
	echo "$dir/${file}_raw $(get "$dir/${file}_raw")"
done >/tmp/targets
ctl damage 4 3 heavy >/dev/null
attr hammer $reads </tmp/targets >/tmp/hammer || true
damaged=$(ctl stats | tr ' ' '\n' | sed -n 's/^damaged=//p')
passed=$(ctl stats | tr ' ' '\n' | sed -n 's/^passed=//p')
ctl clear >/dev/null
while read -r line; do note "$line"; done </tmp/hammer
wrong=$(tail -n 1 /tmp/hammer | tr ' ' '\n' | sed -n 's/^wrong=//p')
note "$reads reads, $damaged replies damaged, $passed of them with a right CRC, $wrong wrong values"
check "many replies were damaged" test "$damaged" -ge $((reads / 6))
check "no more wrong values than frames whose CRC holds by chance" test "$wrong" -le "$passed"
# Of n damaged frames n / 65536 pass on average: more than that plus four is no chance
# (n is some thousands: Poisson with a mean below 0.2 exceeds 4 in one run of a million).
check "as many as theory allows" test "$passed" -le $((damaged / 65536 + 4))
wait_for 60 state_is 0-01 online
bad=0
while read -r path wanted; do
	[ "$(get "$path")" = "$wanted" ] || bad=$((bad + 1))
done </tmp/targets
is "every value is right afterwards" $bad 0
echo 500 >"$bus/modbus-0/response_timeout_ms"
echo 1000 >"$dir/update_interval"
