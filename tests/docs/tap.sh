# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Results as TAP-like lines, and where the kernel trees are. Sourced by the checks
# of tests/docs and tests/style.

# The Python that Debian's packages install their modules for comes first.
PATH=/usr/bin:$PATH
failed=0
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/pro380-kernels
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

ok() {
	echo "ok - $1"
}

# not_ok NAME [LOG]: the log's beginning is shown as comments.
not_ok() {
	echo "not ok - $1"
	[ $# -lt 2 ] || sed 's/^/# /; 40q' "$2"
	failed=1
}

# skip NAME WHY: in CI everything must have run, so there it is a failure.
skip() {
	echo "skip - $1: $2"
	[ -z "${CI-}" ] || failed=1
}

# check NAME COMMAND...: passes when the command succeeds.
check() {
	local name=$1

	shift
	if "$@" >"$work/log" 2>&1; then
		ok "$name"
	else
		not_ok "$name" "$work/log"
	fi
}

# silent NAME COMMAND...: passes when the command succeeds and says nothing.
silent() {
	local name=$1

	shift
	if "$@" >"$work/log" 2>&1 && [ ! -s "$work/log" ]; then
		ok "$name"
	else
		not_ok "$name" "$work/log"
	fi
}

# needs PROGRAM NAME: false, with a skip line, where the program is missing.
needs() {
	command -v "$1" >/dev/null || { skip "$2" "$1 is not installed"; return 1; }
}

# kernel_tree SOURCE: prints the folder of an unpacked kernel, fetched if need be.
kernel_tree() {
	[ -d "$cache/$1/tree/" ] || "$top/tests/kernels/fetch" "$1" >&2 || return 1
	readlink -f "$cache/$1/tree"
}

finish() {
	exit "$failed"
}
