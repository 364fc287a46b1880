#!/usr/bin/env bash
# Proves that committed generated code is what its sources give.
set -euo pipefail
cd "$(dirname "$0")/.."
before=$(git ls-files '*_templ.go' | xargs -r sha256sum)
go tool templ generate -path . >/dev/null 2>&1 || { go tool templ generate -path .; exit 1; }
after=$(git ls-files '*_templ.go' | xargs -r sha256sum)
if [ "$before" != "$after" ]; then
  echo "Generated templates are not current: run make gen and commit." >&2
  diff <(echo "$before") <(echo "$after") >&2 || true
  exit 1
fi
