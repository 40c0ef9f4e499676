# SPDX-License-Identifier: GPL-2.0-only
# The benchmark of the M-Bus, with its numbers as notes.
# boot: bench-mbus
# limit: 500
. /lib/bench/guest-mbus.sh
