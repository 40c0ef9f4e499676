# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Completion of meterctl(1): commands, options, buses, meters, settings and their values.

_meterctl_options() {
	meterctl "$1" --help 2>/dev/null | grep -oE -- '--[a-z0-9-]+' | sort -u
}

_meterctl_words() {
	local word

	while read -r word; do
		[[ $word != "$cur"* ]] || COMPREPLY+=("$word")
	done
}

# The settings of the meter in $1, or after NAME= its values
_meterctl_config() {
	local name

	if [[ $cur == *=* ]]; then
		name=${cur%%=*}
		_meterctl_words < <(meterctl complete meters "$1" "$name" 2>/dev/null |
			sed "s|^|$name=|")
	else
		_meterctl_words < <(meterctl complete meters "$1" 2>/dev/null)
		compopt -o nospace 2>/dev/null
	fi
}

# The word under the cursor with what Readline has cut off at = and :
_meterctl_current() {
	local line=${COMP_LINE:0:COMP_POINT}

	cur=${line##*[[:space:]]}
}

_meterctl_files() {
	_meterctl_words < <(compgen -f -- "${1:-$cur}")
	compopt -o filenames 2>/dev/null
}

# What option $1 can be; false if it is none that has a value
_meterctl_value() {
	case $1 in
	-p | --parity)
		_meterctl_words <<<$'even\nodd\nnone'
		;;
	-s | --speed)
		_meterctl_words <<<$'300\n600\n1200\n2400\n4800\n9600\n19200\n38400'
		;;
	-o | --output)
		_meterctl_files
		;;
	-[atic] | --address | --timeout | --interval | --channel | --uart) ;;
	*)
		return 1
		;;
	esac
}

# --NAME=VALUE
_meterctl_long() {
	local name=${cur%%=*} cur=${cur#*=}

	_meterctl_value "$name"
	COMPREPLY=("${COMPREPLY[@]/#/$name=}")
}

# Readline takes = and : for beginnings of words: what is before them is there already.
_meterctl_trim() {
	local breaks=${COMP_WORDBREAKS//[^=:]/} before

	[ -n "$breaks" ] || return 0
	before=${cur%"${cur##*[$breaks]}"}
	COMPREPLY=("${COMPREPLY[@]#"$before"}")
}

# The arguments before the cursor that are no options
_meterctl_given() {
	local i

	given=()
	for ((i = 2; i < ${#words[@]}; i++)); do
		case ${words[i]} in
		-[spatioc] | --speed | --parity | --address | --timeout | --interval | --output | \
			--channel | --uart)
			i=$((i + 1))
			;;
		-*) ;;
		*)
			given+=("${words[i]}")
			;;
		esac
	done
}

_meterctl_argument() {
	local given

	_meterctl_given
	case $command:${#given[@]} in
	scan:0 | add:0 | raw:0 | dts:*)
		_meterctl_words < <(meterctl complete buses 2>/dev/null)
		;;
	read:* | watch:* | export:* | remove:* | config:0)
		_meterctl_words < <(meterctl complete meters 2>/dev/null)
		;;
	config:*)
		_meterctl_config "${given[0]}"
		;;
	attach:0 | detach:0)
		_meterctl_files "${cur:-/dev/tty}"
		;;
	attach:1)
		_meterctl_words <<<$'modbus\nmbus'
		;;
	esac
}

# Complete words before the cursor, the program and the command among them
_meterctl() {
	local cur command line words

	COMPREPLY=()
	_meterctl_current
	line=${COMP_LINE:0:COMP_POINT}
	# It takes quotes as the shell does.
	mapfile -t words < <(xargs printf '%s\n' <<<"${line%"$cur"}" 2>/dev/null)
	command=${words[1]-}
	if [ "${#words[@]}" -lt 2 ]; then
		_meterctl_words < <(meterctl --help | sed -n 's/^  \([a-z]*\) .*/\1/p')
	elif [[ $cur == --*=* ]]; then
		_meterctl_long
	elif [[ $cur == -* ]]; then
		_meterctl_words < <(_meterctl_options "$command")
	elif ! _meterctl_value "${words[-1]}"; then
		_meterctl_argument
	fi
	_meterctl_trim
}

complete -F _meterctl meterctl
