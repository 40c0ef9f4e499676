# SPDX-License-Identifier: GPL-2.0-only
# The benchmark of looking for meters, with its numbers as notes.
# boot: bench-scan
# limit: 1200
. /lib/bench/guest-scan.sh
