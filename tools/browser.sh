#!/usr/bin/env bash
# Find the Chromium that the tests drive; on Debian, as root, install it.
set -euo pipefail

for name in "${CHROMIUM:-}" chromium chromium-browser google-chrome; do
  if [ -n "$name" ] && command -v "$name" >/dev/null; then exit 0; fi
done
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "Installing Debian's chromium for the browser tests"
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null
  exit 0
fi
echo "The tests drive a real browser: install chromium (Debian: apt-get install chromium)," >&2
echo "or name one in the variable CHROMIUM." >&2
exit 1
