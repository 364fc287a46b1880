#!/usr/bin/env bash
# Fetches the released files of axe-core again.
set -euo pipefail
"$(dirname "$0")/../renew-npm.sh" axe axe-core axe.min.js=axe.min.js LICENSE=LICENSE LICENSE-3RD-PARTY.txt=LICENSE-3RD-PARTY.txt
