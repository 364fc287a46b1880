#!/usr/bin/env bash
# Renews the holiday data and handbook/calendars/cn.json from a released package.
# usage: third_party/chinese-days/renew.sh VERSION     (needs npm and go)
set -euo pipefail
version=${1:?usage: renew.sh VERSION}
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
(cd "$work" && npm pack --silent "chinese-days@$version" >/dev/null && tar xzf "chinese-days-$version.tgz")
cp "$work"/package/dist/years/*.json "$here/years/"
cp "$work/package/LICENSE" "$here/LICENSE"
{
	echo "package: chinese-days"
	echo "version: $version"
	echo "licence: MIT (see LICENSE)"
	echo "file:    chinese-days-$version.tgz"
	echo "sha256:  $(sha256sum "$work/chinese-days-$version.tgz" | cut -d' ' -f1)"
	echo "taken:   dist/years/*.json, unchanged"
} >"$here/VERSION"
cd "$here/../.." && go run third_party/chinese-days/convert.go "$version"
echo "renewed; read the difference: git diff handbook/calendars third_party/chinese-days"
