# SPDX-License-Identifier: GPL-2.0-only
# The bed itself: the UARTs and the control line.
is "the console is UART 0" "$(ls -d "${uart}0")" "${uart}0"
is "the meter's serial number, over the control line" "$(ctl reg 1 4000 2)" "2209 1039"
