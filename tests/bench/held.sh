# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# Which memory a piece of work leaves allocated, from the kernel's trace of allocations.
# Sourced in the guest; needs root and tracefs.

tracing=/sys/kernel/tracing
held_events="kmem/kmalloc kmem/kmem_cache_alloc kmem/kfree kmem/kmem_cache_free"

held_begin() {
	echo nop >$tracing/current_tracer
	echo 65536 >$tracing/buffer_size_kb
	echo 0 >$tracing/options/hash-ptr
	echo >$tracing/trace
	for held_event in $held_events; do
		echo 1 >$tracing/events/"$held_event"/enable
	done
}

# held_end NAME DEVICES: prints the bytes held for each device, and of these what modules of
# ours asked for themselves: from their own code, and as private part of what they had the
# IIO core allocate. What userland leaves behind meanwhile is no device's.
held_end() {
	echo 0 >$tracing/tracing_on
	for held_event in $held_events; do
		echo 0 >$tracing/events/"$held_event"/enable
	done
	awk -v name="$1" -v devices="$2" '
	function word(key,  at, rest) {
		at = index($0, " " key "=")
		rest = substr($0, at + length(key) + 2)
		sub(/ .*/, "", rest)
		return rest
	}
	BEGIN {
		userland = "=(__d_alloc|alloc_inode|shmem_|kernfs_get_inode|security_|lsm_|copy_|dup_|" \
			"vm_area|mas_|alloc_pid|kmalloc_reserve|getname|alloc_empty_file)"
		own = "\\[(pro380_core|pro380_modbus|modbus|serial_xfer)\\]|=(iio_device|viio_trigger)_alloc"
	}
	/ (kmalloc|kmem_cache_alloc): / && $0 !~ userland {
		held[word("ptr")] = word("bytes_alloc")
		ours[word("ptr")] = $0 ~ own
	}
	/ (kfree|kmem_cache_free): / { delete held[word("ptr")] }
	/LOST/ { lost = 1 }
	END {
		for (p in held) {
			total += held[p]
			direct += ours[p] * held[p]
		}
		printf "bench memory-%s bytes=%d direct=%d lost=%d\n",
			name, total / devices, direct / devices, lost
	}' $tracing/trace
	echo 1 >$tracing/tracing_on
	echo >$tracing/trace
}
