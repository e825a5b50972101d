#!/usr/bin/env bash
# Removes the simulated cluster CLUSTER_NAME: record, processes, files. Succeeds when it is already gone, in parts
# or as a whole.
# shellcheck source-path=SCRIPTDIR source=common.sh
. "${BASH_SOURCE[0]%/*}/common.sh"
# shellcheck source-path=SCRIPTDIR source=kwok-common.sh
. "${BASH_SOURCE[0]%/*}/kwok-common.sh"

[ -d "$dir" ] || exit 0
lock
read_record
if [ -n "$record_checkout" ] && [ "$record_checkout" != "$checkout" ] && [ -d "$record_checkout" ]; then
    note "cluster $CLUSTER_NAME now belongs to the checkout in $record_checkout: left alone"
    exit 0
fi
rm -f "$dir/cluster.json"
stop_processes
rm -rf "$dir"
