# SPDX-License-Identifier: GPL-2.0-only
# The benchmark, with its numbers as notes.
# boot: bench
# limit: 2800
. /lib/bench/guest.sh
