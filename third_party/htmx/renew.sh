#!/usr/bin/env bash
# Fetches the released files of htmx.org again.
set -euo pipefail
"$(dirname "$0")/../renew-npm.sh" htmx htmx.org dist/htmx.min.js=htmx.min.js LICENSE=LICENSE
