#!/usr/bin/env bash
# Fetches the released files of @tabler/core again.
set -euo pipefail
"$(dirname "$0")/../renew-npm.sh" tabler @tabler/core dist/css/tabler.min.css=tabler.min.css
