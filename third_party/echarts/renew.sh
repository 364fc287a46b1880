#!/usr/bin/env bash
# Fetches the released files of echarts again.
set -euo pipefail
"$(dirname "$0")/../renew-npm.sh" echarts echarts dist/echarts.min.js=echarts.min.js LICENSE=LICENSE NOTICE=NOTICE licenses/LICENSE-d3=LICENSE-d3
