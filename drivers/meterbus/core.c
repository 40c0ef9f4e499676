// SPDX-License-Identifier: GPL-2.0-only
#include <linux/module.h>

MODULE_DESCRIPTION("Wired M-Bus");
MODULE_LICENSE("GPL");
