#!/usr/bin/env bash
# Fetches the outline icons named in icons.txt again. To add an icon, add its
# name to icons.txt (sorted) and run this; then `go generate ./internal/web/ui`.
set -euo pipefail
dir=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
(cd "$work" && npm pack --silent "@tabler/icons@$(cat "$dir/VERSION")" >/dev/null && tar xzf ./*.tgz)
rm -rf "$dir/outline"; mkdir "$dir/outline"
while read -r name; do
  cp "$work/package/icons/outline/$name.svg" "$dir/outline/$name.svg"
done < "$dir/icons.txt"
cp "$work/package/LICENSE" "$dir/LICENSE"
(cd "$dir" && find . -type f ! -name SHA256SUMS ! -name renew.sh -printf '%P\n' | LC_ALL=C sort | xargs sha256sum > SHA256SUMS)
