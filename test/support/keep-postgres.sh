#!/bin/sh
# Runs a throwaway PostgreSQL for as long as standard input stays open, then removes every trace of it.
# Usage: keep-postgres.sh BINARIES DIRECTORY PORT
set -eu
binaries=$1 directory=$2 port=$3

finish() {
  [ ! -f "$directory/data/postmaster.pid" ] || "$binaries/pg_ctl" -D "$directory/data" -m immediate stop >/dev/null || true
  cd / && rm -rf "$directory"
}
trap finish EXIT
trap 'exit 1' HUP INT TERM

"$binaries/initdb" -D "$directory/data" -U postgres --auth=trust --encoding=UTF8 --locale=C.UTF-8 --no-sync >/dev/null
"$binaries/pg_ctl" -D "$directory/data" -l "$directory/log" -w -t 60 \
  -o "-p $port -k $directory -c listen_addresses=127.0.0.1 -c max_connections=200 -c fsync=off -c full_page_writes=off" \
  start >/dev/null || { cat "$directory/log" >&2; exit 1; }
echo ready
cat >/dev/null
