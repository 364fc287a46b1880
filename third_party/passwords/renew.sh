#!/bin/sh
# Renews common.txt from the Go module that carries the list.
set -eu
cd "$(dirname "$0")"
version=${1:-v1.0.1}
dir=$(cd / && go mod download -json "github.com/trustelem/zxcvbn@$version" | sed -n 's/^\t"Dir": "\(.*\)",$/\1/p')
awk 'length($1)>=8 {print tolower($1)}' "$dir/data/passwords.txt" | awk '!s[$0]++' | head -5000 > common.txt
cp "$dir/LICENSE.txt" LICENSE
sha256sum "$dir/data/passwords.txt" common.txt
