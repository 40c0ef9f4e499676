# SPDX-License-Identifier: GPL-2.0-only
# The stages of make check and what each needs first. Long ones come early.

stage = tests/stage $@
beds := stock-6.12 stock-6.1 arm-dt debug

.PHONY: all
all: fetch debug-kernel arm-kernel simulator e2e-stock-6.12 e2e-debug e2e-arm-dt \
     e2e-stock-6.1 kunit-unstable kunit-6.12 in-tree modules style float \
     bindings device-trees abi documents

.PHONY: fetch debug-kernel arm-kernel simulator
fetch:
	@$(stage) tests/kernels/fetch
debug-kernel: fetch
	@$(stage) tests/kernels/build debug
arm-kernel: fetch
	@$(stage) tests/kernels/build arm
simulator:
	@$(stage) $(MAKE) -s -C tests/sim O=$(CURDIR)/build/sim all check asan

.PHONY: $(beds:%=e2e-%)
e2e-stock-6.12 e2e-stock-6.1: fetch simulator
e2e-debug: debug-kernel simulator
e2e-arm-dt: arm-kernel simulator
$(beds:%=e2e-%):
	@$(stage) tests/e2e/run $(@:e2e-%=%)

.PHONY: kunit-unstable kunit-6.12 in-tree
kunit-unstable kunit-6.12: fetch
	@$(stage) tests/kunit/run $(@:kunit-%=%)
in-tree: kunit-unstable
	@$(stage) tests/kunit/intree

.PHONY: modules style float
modules: debug-kernel arm-kernel
	@$(stage) tests/style/check-build stock-6.12 stock-6.1 arm debug
style: fetch
	@$(stage) tests/style/check
float:
	@$(stage) $(MAKE) -s -C tests/float O=$(CURDIR)/build/float check

.PHONY: bindings device-trees abi documents
bindings: fetch
	@$(stage) tests/docs/check-bindings
device-trees: fetch
	@$(stage) tests/docs/check-dts
abi: fetch
	@$(stage) tests/docs/check-abi
documents: fetch
	@$(stage) tests/docs/check-rst
