# SPDX-License-Identifier: GPL-2.0-only
# 70-hotplug for long.
# boot: hotplug
# limit: 2700
hotplug_rounds=200
. /scenarios/70-hotplug.sh
