# SPDX-License-Identifier: GPL-2.0-only
# Where the kernels are kept, and packages fetched without touching the system's apt.
# Sourced by bash scripts.

cache=${XDG_CACHE_HOME:-$HOME/.cache}/pro380-kernels
jobs=$(nproc)

say() { echo "kernels: $*"; }
die() { echo "kernels: $*" >&2; exit 1; }

# The repositories of the machine's own Debian sources: "URI CODENAME LABEL" a line.
debian_sources() {
	apt-get indextargets --format '$(REPO_URI) $(CODENAME) $(LABEL)' \
		'Created-By: Packages' 'Origin: Debian' | sort -u
}

configured_suites() {
	debian_sources | awk '{ print "deb [signed-by='"$keyring"'] " $1 " " $2 " main" }'
}

unstable_suite() {
	debian_sources | awk '$3 == "Debian" && !n++ { print $1 }' |
		sed 's|.*|deb [signed-by='"$keyring"'] & unstable main|'
}

keyring=/usr/share/keyrings/debian-archive-keyring.gpg

# apt_area NAME ARCH: an apt of its own under the cache, with the sources on stdin.
apt_area() {
	local area=$cache/apt/$1

	mkdir -p "$area"/{state/lists/partial,cache/archives/partial,etc/preferences.d}
	cat >"$area/sources.list"
	[ -s "$area/sources.list" ] || die "no Debian source is configured; run apt-get update first"
	: >"$area/status"
	cat >"$area/apt.conf" <<-CONF
	APT::Architecture "$2";
	APT::Architectures { "$2"; };
	APT::Sandbox::User "";
	APT::Install-Recommends "false";
	Acquire::Languages "none";
	Acquire::Retries "3";
	Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled "false";
	Dir::State "$area/state";
	Dir::State::status "$area/status";
	Dir::Cache "$area/cache";
	Dir::Etc::sourcelist "$area/sources.list";
	Dir::Etc::sourceparts "/dev/null";
	Dir::Etc::preferences "/dev/null";
	Dir::Etc::preferencesparts "/dev/null";
	CONF
}

# in_area NAME COMMAND...: an apt command with that area's configuration.
in_area() {
	local name=$1

	shift
	APT_CONFIG=$cache/apt/$name/apt.conf "$@"
}

# The lists are asked for again after an hour; an old one will do where there is no network.
refresh_area() {
	local stamp=$cache/apt/$1/updated

	[ -z "$(find "$stamp" -mmin -60 2>/dev/null)" ] || return 0
	if in_area "$1" apt-get -qq update; then
		touch "$stamp"
	elif [ ! -e "$stamp" ]; then
		die "cannot fetch the package lists of $1"
	fi
}

# newest AREA REGEX: the package of that name with the highest version in its name.
newest() {
	in_area "$1" apt-cache search --names-only "$2" | awk '{ print $1 }' | sort -V | tail -n 1
}

version_of() {
	in_area "$1" apt-cache show --no-all-versions "$2" | awk '$1 == "Version:" && !n++ { print $2 }'
}

# unpack AREA FOLDER PACKAGE...: the packages' files below FOLDER.
unpack() {
	local area=$1 folder=$2 package

	shift 2
	mkdir -p "$folder" "$cache/debs"
	for package; do
		rm -f "$cache/debs/${package}"_*.deb
		(cd "$cache/debs" && in_area "$area" apt-get -qq download "$package")
		dpkg-deb -x "$cache/debs/${package}"_*.deb "$folder"
		rm -f "$cache/debs/${package}"_*.deb
	done
}

# fresh FOLDER STAMP: whether FOLDER was completed with this very stamp; empties it if not.
fresh() {
	[ ! -e "$1/.stamp" ] || [ "$(cat "$1/.stamp")" != "$2" ] || return 0
	rm -rf "$1"
	mkdir -p "$1"
	return 1
}

complete() { echo "$2" >"$1/.stamp"; }
