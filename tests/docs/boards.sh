# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Builds the examples in dts/ and puts the overlay on its board. Sourced by the checks.

# board_trees TREE OUT: dtc's warnings about our sources are on stderr.
board_trees() {
	make -s -C "$top/dts" KSRC="$1" O="$2" &&
		beaglebone "$1/arch/arm/boot/dts/ti/omap" "$1/include" "$2/am335x-boneblack.dtb" &&
		fdtoverlay -i "$2/am335x-boneblack.dtb" -o "$2/am335x-boneblack-pro380.dtb" \
			"$2/am335x-boneblack-pro380.dtbo"
}

# The board's own tree is the kernel's: what dtc thinks of it is not our affair.
beaglebone() {
	cpp -nostdinc -undef -D__DTS__ -x assembler-with-cpp -I "$2" \
		"$1/am335x-boneblack.dts" | dtc -q -@ -i "$1" -O dtb -o "$3" -
}
