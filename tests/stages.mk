# SPDX-License-Identifier: GPL-2.0-only
# The stages of make check and what each needs first. Long ones come early.

stage = tests/stage $@
beds := stock-6.12 stock-6.1 arm-dt debug

stages := fetch debug-kernel arm-kernel e2e-stock-6.12 e2e-debug e2e-arm-dt e2e-stock-6.1 \
	  kunit-unstable kunit-6.12 in-tree modules style float simulator bindings \
	  device-trees abi documents

.PHONY: all list
all: $(stages)
list:
	@echo $(stages)

.PHONY: fetch debug-kernel arm-kernel metersim
fetch:
	@$(stage) tests/kernels/fetch
debug-kernel: fetch
	@$(stage) tests/kernels/build debug
arm-kernel: fetch
	@$(stage) tests/kernels/build arm
metersim:
	@$(MAKE) -s -C tests/sim O=$(CURDIR)/build/sim all

.PHONY: $(beds:%=e2e-%)
e2e-stock-6.12 e2e-stock-6.1: fetch metersim
e2e-debug: debug-kernel metersim
e2e-arm-dt: arm-kernel metersim
$(beds:%=e2e-%):
	@$(stage) tests/e2e/run $(@:e2e-%=%)

.PHONY: kunit-unstable kunit-6.12 in-tree
kunit-unstable kunit-6.12: fetch
	@$(stage) tests/kunit/run $(@:kunit-%=%)
in-tree: kunit-unstable
	@$(stage) tests/kunit/intree

.PHONY: modules style float simulator
modules: debug-kernel arm-kernel
	@$(stage) tests/style/check-build stock-6.12 stock-6.1 arm debug
style: fetch
	@$(stage) tests/style/check
float:
	@$(stage) $(MAKE) -s -C tests/float O=$(CURDIR)/build/float check
simulator: metersim
	@$(stage) $(MAKE) -s -C tests/sim O=$(CURDIR)/build/sim all check asan

.PHONY: bindings device-trees abi documents
bindings: fetch
	@$(stage) tests/docs/check-bindings
device-trees: fetch
	@$(stage) tests/docs/check-dts
abi: fetch
	@$(stage) tests/docs/check-abi
documents: fetch
	@$(stage) tests/docs/check-rst
