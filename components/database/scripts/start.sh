#!/usr/bin/env bash
# Runs PostgreSQL with the data in PGDATA, which it makes when there is none. Arguments go to the server.
set -euo pipefail

if [[ ! -s "$PGDATA/PG_VERSION" ]]; then
    # Made beside its place and moved there in one step, so that a kill in the middle leaves nothing half made.
    # The image's own entrypoint would make it in place, and after a kill refuse what it finds.
    rm -rf "$PGDATA.new"
    # --no-sync: a new database is worth nothing yet; syncing its thousand files takes longer than making them.
    # C.UTF-8: sorts by code point, so a newer C library in a newer image cannot break an index.
    initdb --pgdata="$PGDATA.new" --username=postgres --auth-local=peer --auth-host=scram-sha-256 \
        --encoding=UTF8 --locale=C.UTF-8 --data-checksums --no-sync --no-instructions
    mv "$PGDATA.new" "$PGDATA"
fi
exec postgres -D "$PGDATA" "$@"
