# SPDX-License-Identifier: GPL-2.0-only
# The stages of make check. What they found is counted from their logs, so a stage that
# fails holds up none that comes after it. There are three rows, one for each job of make,
# since one that could run any stage next would leave those that build a lot for the end: they
# are one row, and beside them are two of what waits for its lines most of the time, or needs
# one processor only.

stage = tests/stage $@
beds := stock-6.12 stock-6.1 arm-dt debug

builders := fetch debug-kernel arm-kernel kunit-unstable in-tree kunit-6.12 modules
others := simulator e2e-meters-6.12 e2e-meters-6.1 e2e-stock-6.1 e2e-arm-dt fuzz bindings \
	  style float meterctl device-trees abi documents
long := e2e-stock-6.12 e2e-debug
rows := builders long others
stages := $(foreach row,$(rows),$($(row))) guest-files

.PHONY: all list metersim $(stages)
all: $(stages)
list:
	@echo $(stages)

# $(call after,STAGES): each of them waits for the one before it.
after = $(if $(word 2,$(1)),$(eval $(word 2,$(1)): $(word 1,$(1)))$(call after,$(wordlist 2,99,$(1))))
$(foreach row,$(rows),$(call after,$($(row))))

fetch:
	@$(stage) tests/kernels/fetch || true
debug-kernel:
	@$(stage) tests/kernels/build debug || true
arm-kernel:
	@$(stage) tests/kernels/build arm || true
metersim:
	@$(MAKE) -s -C tests/sim O=$(CURDIR)/build/sim all

$(beds:%=e2e-%): fetch metersim
e2e-debug: debug-kernel
e2e-arm-dt: arm-kernel
$(beds:%=e2e-%):
	@$(stage) tests/e2e/run $(@:e2e-%=%) || true

e2e-meters-6.12 e2e-meters-6.1: fetch metersim
	@$(stage) tests/e2e/run stock-$(@:e2e-meters-%=%) boot:meters || true

guest-files: $(beds:%=e2e-%)
	@$(stage) tests/docs/check-abi $(beds:%=build/e2e/%/main.log.txt) || true

kunit-unstable kunit-6.12:
	@$(stage) tests/kunit/run $(@:kunit-%=%) || true
in-tree:
	@$(stage) tests/kunit/intree || true
fuzz:
	@$(stage) $(MAKE) -s -C tests/fuzz O=$(CURDIR)/build/fuzz peer check SECONDS=60 || true
modules:
	@$(stage) tests/style/check-build stock-6.12 stock-6.1 arm debug || true
style:
	@$(stage) tests/style/check || true
float:
	@$(stage) $(MAKE) -s -C tests/float O=$(CURDIR)/build/float check || true
meterctl:
	@$(stage) $(MAKE) -s -C tools/meterctl O=$(CURDIR)/build/meterctl check asan || true
simulator: metersim
	@$(stage) $(MAKE) -s -C tests/sim O=$(CURDIR)/build/sim all check asan || true

bindings:
	@$(stage) tests/docs/check-bindings || true
device-trees:
	@$(stage) tests/docs/check-dts || true
abi:
	@$(stage) tests/docs/check-abi || true
documents:
	@$(stage) tests/docs/check-rst || true
