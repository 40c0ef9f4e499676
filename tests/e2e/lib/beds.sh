# SPDX-License-Identifier: GPL-2.0-only
# What each bed is: kernel, machine, folders. Sourced by bash scripts.

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/pro380-kernels
beds=(stock-6.12 stock-6.1 arm-dt debug)

say() { echo "# $*"; }
die() { echo "e2e: $*" >&2; exit 1; }

# bed_setup BED [boot:NAME]: sets the variables that describe it.
bed_setup() {
	bed=$1
	work=$top/build/e2e/$bed built=$top/build/e2e/$bed
	[[ ${2-} != boot:* ]] || work+=-${2#boot:}
	arch=x86_64 cross='' make_arch=() sysroot='' tty=ttyS smp=1 memory=512
	case $bed in
	stock-*) kernel=$cache/$bed ;;
	debug) kernel=$cache/debug smp=2 memory=1024 ;;
	arm-dt)
		kernel=$cache/arm arch=arm cross=arm-linux-gnueabihf- tty=ttyAMA
		# With one processor QEMU's interrupt controller delivers none to itself.
		smp=2
		sysroot=$cache/armhf
		make_arch=(ARCH=arm CROSS_COMPILE=arm-linux-gnueabihf-)
		;;
	*) die "no bed $bed: ${beds[*]}" ;;
	esac
	mkdir -p "$work" "$built"
}

# Fetches and builds the bed's kernel unless the cache has it.
bed_kernel() {
	local tests=$top/tests/kernels

	case $bed in
	stock-*)
		"$tests/fetch" "$bed"
		release=$(ls "$kernel/lib/modules")
		return
		;;
	debug) "$tests/fetch" source-unstable && "$tests/build" debug ;;
	arm-dt) "$tests/fetch" source-6.12 armhf && "$tests/build" arm ;;
	esac
	release=$(cat "$kernel/include/config/kernel.release")
}

# Our modules, built in a copy of the tree so that beds do not disturb each other.
bed_modules() {
	local tree=$built/tree

	mkdir -p "$tree"
	rsync -a --delete --exclude='*.o' --exclude='*.ko' --exclude='*.mod*' --exclude='*.cmd' \
		--exclude=Module.symvers --exclude=modules.order \
		"$top/Makefile" "$top/drivers" "$top/include" "$tree/"
	make -s -C "$tree" -j"$(nproc)" modules KDIR="$kernel/kdir/" "${make_arch[@]}" >"$built/modules.log" 2>&1 || {
		cat "$built/modules.log" >&2
		die "$bed: the modules do not build"
	}
}
