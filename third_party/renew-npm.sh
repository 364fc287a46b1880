#!/usr/bin/env bash
# usage: renew-npm.sh FOLDER PACKAGE FROM=TO...
# Fetches PACKAGE at the version in FOLDER/VERSION with the npm client as it is
# set up on this machine, takes the named released files unchanged, and writes
# FOLDER/SHA256SUMS. Change VERSION first to move to another release.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
dir=$here/$1; package=$2; shift 2
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
(cd "$work" && npm pack --silent "$package@$(cat "$dir/VERSION")" >/dev/null && tar xzf ./*.tgz)
for pair in "$@"; do
  cp "$work/package/${pair%%=*}" "$dir/${pair##*=}"
done
(cd "$dir" && find . -type f ! -name SHA256SUMS ! -name renew.sh ! -name '*.go' -printf '%P\n' | LC_ALL=C sort | xargs sha256sum > SHA256SUMS)
