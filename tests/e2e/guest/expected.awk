# SPDX-License-Identifier: GPL-2.0-only
# What the IIO device's files must show, from a meter's registers: "FILE VALUE" lines.
# Input: "ADDRESS WORD WORD ..." lines, all hexadecimal. The map is that of the manual
# (v2.18, A3.2); doubles hold every product here exactly.

function hex(text,   value, i) {
	value = 0
	for (i = 1; i <= length(text); i++)
		value = value * 16 + index("0123456789abcdef", tolower(substr(text, i, 1))) - 1
	return value
}

# IEEE 754 single, high word first
function single(addr,   high, low, exponent, mantissa, value) {
	high = reg[addr]
	low = reg[addr + 1]
	exponent = int(high / 128) % 256
	mantissa = (high % 128) * 65536 + low
	value = exponent ? 8388608 + mantissa : mantissa
	for (exponent = exponent ? exponent - 150 : -149; exponent > 0; exponent--)
		value *= 2
	for (; exponent < 0; exponent++)
		value /= 2
	return high >= 32768 ? -value : value
}


function show(name, value) {
	print name, value
}

function raw(name, addr, scale,   text) {
	text = sprintf("%.0f", single(addr) * scale)
	show(name "_raw", text == "-0" ? "0" : text)
}

function phases(   p) {
	for (p = 1; p <= 3; p++) {
		raw("in_voltage" p, hex("5000") + 2 * p, 1000)
		raw("in_current" p, hex("500a") + 2 * p, 10000)
		show("in_power" p "_direction", reg[hex("4011") + p] % 256 == 70 ? "forward" : "reverse")
	}
}

function powers(   p) {
	for (p = 0; p <= 3; p++) {
		raw("in_power" p, hex("5012") + 2 * p, 100000)
		raw("in_power" (100 + p), hex("501a") + 2 * p, 100000)
		raw("in_power" (200 + p), hex("5022") + 2 * p, 100000)
		show("in_power" p "_powerfactor", sprintf("%.6f", single(hex("502a") + 2 * p)))
		show("in_power" p "_quadrant", reg[hex("4017") + p])
	}
	show("in_voltage_frequency", sprintf("%.6f", single(hex("5008"))))
}

function energies(   kind, direction, place, part) {
	split("0 4 5 1 2 3", part, " ")
	for (kind = 0; kind <= 1; kind++)
		for (direction = 0; direction <= 2; direction++)
			for (place = 0; place <= 5; place++)
				raw("in_energy" (100 * kind + 10 * direction + part[place + 1]),
				    hex("6000") + 36 * kind + 12 * direction + 2 * place, 3600000)
	raw("in_energy30", hex("6049"), 3600000)
}

function decimals(value,   text) {
	text = sprintf("%.2f", value)
	sub(/\.?0+$/, "", text)
	return text
}

function rate(value,   text) {
	text = sprintf("%g", value)
	return text
}

function settings(   parity, status) {
	split("even none odd", parity, " ")
	status = sprintf("%04x%04x", reg[hex("401d")], reg[hex("401e")])
	show("serial_number", sprintf("%04x%04x", reg[hex("4000")], reg[hex("4001")]))
	show("meter_code", sprintf("0x%04x", reg[hex("4002")]))
	show("address", reg[hex("4003")])
	show("baud_rate", reg[hex("4004")])
	show("protocol_version", decimals(single(hex("4005"))))
	show("software_version", decimals(single(hex("4007"))))
	show("hardware_version", decimals(single(hex("4009"))))
	show("meter_amps", reg[hex("400b")])
	show("ct_ratio", sprintf("%x", reg[hex("400c")]))
	show("s0_output_rate", rate(single(hex("400d"))))
	show("combination_code", reg[hex("400f")])
	show("lcd_cycle_time", sprintf("%x", reg[hex("4010")]))
	show("parity", parity[reg[hex("4011")]])
	show("error_code", reg[hex("4015")])
	show("power_down_counter", reg[hex("4016")])
	show("firmware_checksum", sprintf("%04x%04x", reg[hex("401b")], reg[hex("401c")]))
	show("status_word", status)
	show("program_ok", substr(status, 3, 1))
	show("eeprom_ok", substr(status, 4, 1))
	show("phase_present", substr(status, 6, 3))
	show("ct_mode", reg[hex("401f")])
	show("tariff", reg[hex("6048")] % 10)
}

{
	for (i = 2; i <= NF; i++)
		reg[hex($1) + i - 2] = hex($i)
}

END {
	phases()
	powers()
	energies()
	settings()
}
