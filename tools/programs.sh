#!/usr/bin/env bash
# Find the programs that the tests drive; on Debian, as root, install those that are missing.
set -euo pipefail

missing=()
find_one() {  # PACKAGE NAME...: any of the names will do
  local package=$1 name
  shift
  for name in "$@"; do
    if [ -n "$name" ] && command -v "$name" >/dev/null; then return; fi
  done
  missing+=("$package")
}

find_one chromium "${CHROMIUM:-}" chromium chromium-browser google-chrome  # a real browser
find_one calcurse calcurse  # a calendar program with a reader of its own, in C

find_library() {  # PACKAGE FILE
  if ! /sbin/ldconfig -p | grep -F "$2" >/dev/null; then missing+=("$1"); fi
}

find_library libpango-1.0-0 libpango-1.0.so.0  # sets the type of PDF documents, as do the next two
find_library libpangoft2-1.0-0 libpangoft2-1.0.so.0
find_library libharfbuzz-subset0 libharfbuzz-subset.so.0

if [ ${#missing[@]} = 0 ]; then exit 0; fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "Installing Debian's ${missing[*]} for the tests"
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "${missing[@]}" >/dev/null
  exit 0
fi
echo "The tests drive real programs: install ${missing[*]} (Debian: apt-get install ${missing[*]})." >&2
echo "A browser may also be named in the variable CHROMIUM." >&2
exit 1
