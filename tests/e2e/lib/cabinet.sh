# SPDX-License-Identifier: GPL-2.0-only
# A cabinet of meters that nobody has a list of, as options of metersim. Sourced by files of
# boots/; each function leaves them in $cabinet.

# Sixty on Modbus, at scattered addresses and three settings. Three are those that the
# firmware describes.
modbus_cabinet() {
	local settings=(speed=9600,parity=even speed=4800,parity=odd speed=2400,parity=none) i

	cabinet=()
	for i in {1..3}; do
		cabinet+=(--meter "pro380:unit=$i,serial=$((22091038 + i)),${settings[i - 1]}")
	done
	for i in {0..56}; do
		cabinet+=(--meter "pro380:unit=$((5 + 4 * i)),serial=$((22092000 + i)),${settings[i % 3]}")
	done
}

# Sixty-two on an M-Bus, of which twenty share a primary address, and forty differ in the
# last two digits of their serial numbers.
mbus_cabinet() {
	local models=(pro380mb emeter heat etelegrams) i

	cabinet=()
	for i in {0..39}; do
		cabinet+=(--meter "pro380mb:unit=$((i < 20 ? 20 : 30 + i)),serial=$((22091100 + i))")
	done
	for i in {0..21}; do
		cabinet+=(--meter "${models[i % 4]}:unit=$((100 + i)),serial=$((13070001 + 1234567 * i))")
	done
}
