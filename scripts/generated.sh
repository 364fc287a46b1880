#!/usr/bin/env bash
# Proves that committed generated code is what its sources give. The generator
# writes the path it was called with into error positions; that is left aside.
set -euo pipefail
cd "$(dirname "$0")/.."
sums() {
  git ls-files '*_templ.go' | while read -r f; do
    sed 's/FileName: `[^`]*`//' "$f" | sha256sum | sed "s#-#$f#"
  done
}
keep=$(mktemp -d)
trap 'rm -rf "$keep"' EXIT
git ls-files '*_templ.go' | tar -cf "$keep/was.tar" -T -
before=$(sums)
go tool templ generate -path . >"$keep/log" 2>&1 || { cat "$keep/log" >&2; exit 1; }
after=$(sums)
tar -xf "$keep/was.tar"
if [ "$before" != "$after" ]; then
  echo "Generated templates are not current: run make gen and commit." >&2
  diff <(echo "$before") <(echo "$after") >&2 || true
  exit 1
fi
