# SPDX-License-Identifier: GPL-2.0-only
# The meters that the firmware describes are found and identified, each at its own settings.
check "the bus exists" test -d "$bus/modbus-0"
