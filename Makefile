# SPDX-License-Identifier: GPL-2.0-only
# make modules [KDIR=...] [ARCH=... CROSS_COMPILE=...]; make check, demo, bench, soak
KDIR ?= /lib/modules/$(shell uname -r)/build

kbuild = $(MAKE) -C $(KDIR) M=$(CURDIR)/drivers W=1

.PHONY: fuzz modules modules_install clean check demo bench soak

modules modules_install:
	$(kbuild) $@

clean:
	[ ! -e $(KDIR) ] || $(kbuild) $@
	rm -rf build

check:
	tests/check

# "make demo SHELL=1" asks for a shell in the guest; make itself has another use for it.
ifeq ($(origin SHELL),command line)
demo: export SHELL_IN_GUEST := $(SHELL)
override SHELL := /bin/sh
endif
demo:
	tests/e2e/demo

bench:
	tests/bench/run

soak:
	tests/e2e/run stock-6.12 boot:soak
	tests/e2e/run debug boot:hotplug

fuzz:
	$(MAKE) -C tests/fuzz check SECONDS=600
