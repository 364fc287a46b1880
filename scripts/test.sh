#!/usr/bin/env bash
# Installs what the tests need when it is missing (as root on Debian or Ubuntu;
# otherwise prints the command), starts a PostgreSQL of its own, runs everything,
# stops it again. Nothing is skipped: what cannot run fails.
#
#   scripts/test.sh            the whole suite (make test)
#   scripts/test.sh soak       full counts (make soak)
#   scripts/test.sh COMMAND…   runs a command with the test services up
set -euo pipefail
cd "$(dirname "$0")/.."

packages=()
pgbin() { ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1; }
[ -n "$(pgbin)" ] && [ -x "$(pgbin)/initdb" ] || packages+=(postgresql)
command -v chromium >/dev/null || packages+=(chromium)
[[ "$(fc-list 2>/dev/null)" =~ [Nn]oto.*CJK ]] || packages+=(fonts-noto-cjk fontconfig)
command -v pdftotext >/dev/null || packages+=(poppler-utils)
if [ ${#packages[@]} -gt 0 ]; then
  install="apt-get update && apt-get install -y --no-install-recommends ${packages[*]}"
  if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    echo "The tests need: ${packages[*]}" >&2
    echo "Install them as root, then run this again:" >&2
    echo "  $install" >&2
    exit 1
  fi
  echo "Installing ${packages[*]}"
  export DEBIAN_FRONTEND=noninteractive
  bash -c "$install" >/dev/null
fi

dir=$(mktemp -d /tmp/gjXXXXXX) # short: a socket's path is limited
as=()
if [ "$(id -u)" = 0 ]; then
  chown postgres "$dir"
  as=(setpriv --reuid=postgres --regid=postgres --init-groups)
fi
bin=$(pgbin)
stop() {
  (cd / && "${as[@]}" "$bin/pg_ctl" -D "$dir/data" -m immediate stop >/dev/null 2>&1) || true
  rm -rf "$dir"
}
trap stop EXIT
(
  cd /
  "${as[@]}" "$bin/initdb" -D "$dir/data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 --no-sync >/dev/null
  "${as[@]}" "$bin/pg_ctl" -D "$dir/data" -w -l "$dir/log" -o "-k $dir -c listen_addresses='' -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=300 -c shared_buffers=64MB" start >/dev/null
)
export GUANJIA_TEST_POSTGRES="postgres://postgres@/postgres?host=$dir&sslmode=disable"
export GUANJIA_TEST_PGDATA="$dir/data" GUANJIA_TEST_PGBIN="$bin"

case "${1:-test}" in
test)
  unformatted=$(gofmt -l $(git ls-files '*.go'))
  if [ -n "$unformatted" ]; then
    echo "Not formatted (run gofmt -w): $unformatted" >&2
    exit 1
  fi
  scripts/generated.sh
  go vet ./...
  go test -timeout 30m ./...
  GUANJIA_E2E_DATABASE=postgres go test -timeout 30m ./e2e/browser -run '^Test(RepairFromRingToFiled|TwoPeopleOnOneCase|DangerAlarmsAtOnce|DraftSurvivesTheBrowser)$'
  ;;
soak)
  # Everything at its full counts (GUANJIA_SOAK=1: 500 kill points, every look of
  # every page, property tests at 10,000 and 100,000), then a minute of each fuzz
  # target (making one interesting input short may otherwise eat all of it). What failed is in soak.log; soak.txt says what was done, and how long.
  export GUANJIA_SOAK=1
  : >soak.log
  {
    date -u +'%F %H:%M UTC'
    git log -1 --format='%h %s'
  } | tee soak.txt
  failed=0
  did() { # what, command…
    local what=$1 from=$SECONDS said=passed
    shift
    "$@" >>soak.log 2>&1 || { said=FAILED && failed=1; }
    printf '%-7s %5d s  %s\n' "$said" $((SECONDS - from)) "$what" | tee -a soak.txt
  }
  did 'every package but those below' go test -timeout 3h -count=1 $(go list ./... | grep -vE '/e2e/(power|browser)$')
  did 'e2e/power' go test -timeout 3h -count=1 -v ./e2e/power
  did 'e2e/browser' go test -timeout 3h -count=1 ./e2e/browser
  did 'e2e/browser on PostgreSQL' env GUANJIA_E2E_DATABASE=postgres go test -timeout 3h -count=1 ./e2e/browser
  while IFS=: read -r file target; do
    did "fuzz ${file%/*} $target" go test -run '^$' -fuzz "^$target\$" -fuzztime "${GUANJIA_FUZZ_TIME:-60s}" -fuzzminimizetime 2s "./${file%/*}"
  done < <(git grep -oE '^func Fuzz[A-Za-z]+' -- '*_test.go' | sed 's/:func /:/')
  grep -aE '^ *(--- FAIL|FAIL|panic:)|killed [0-9]+ times|commands confirmed|^(demo|serve|memory)' soak.log | sort | uniq -c | tee -a soak.txt || true
  exit "$failed"
  ;;
*)
  "$@"
  ;;
esac
