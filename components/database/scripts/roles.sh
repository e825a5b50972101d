#!/usr/bin/env bash
# Brings roles and databases into the configured state, says so by a file, and waits for its end.
# Arguments: the SQL script, the file to make.
set -euo pipefail
script=$1
done_file=$2

# The first process of a container gets no default for SIGTERM: without a trap its end would take 30 seconds.
# $!, which bash sets as it starts the process: a variable of ours would be set a moment later.
trap 'kill "${!:-}" 2>/dev/null || true; exit 0' TERM INT
# A file left from before a restart of this container would say that this run is done.
rm -f "$done_file"
# Through the socket, which only this pod's containers share: the superuser needs no password there.
until pg_isready --quiet --username=postgres; do sleep 0.2; done
psql --username=postgres --dbname=postgres --no-psqlrc --no-password --quiet --file="$script"
touch "$done_file"
echo "roles and databases are as configured"
sleep infinity &
wait "$!"
