# SPDX-License-Identifier: GPL-2.0-only
# The damaged line of 41-damage, ten times as long.
# boot: soak
# limit: 9000
damage_reads=100000
. /scenarios/41-damage.sh
