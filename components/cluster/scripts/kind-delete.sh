#!/usr/bin/env bash
# Removes the Kind cluster CLUSTER_NAME: record, containers, volumes, kubeconfig, and the context in the user's own
# kubeconfig when it was merged there. Succeeds when it is already gone, in parts or as a whole; leaves alone what is
# not ours.
# shellcheck source-path=SCRIPTDIR source=common.sh
. "${BASH_SOURCE[0]%/*}/common.sh"
read_record
# Whoever has only the cluster's name has no engine to tell.
ENGINE="${ENGINE:-$record_engine}"
# shellcheck source-path=SCRIPTDIR source=kind-common.sh
. "${BASH_SOURCE[0]%/*}/kind-common.sh"

if [ -n "$record_checkout" ] && [ "$record_checkout" != "$checkout" ] && [ -d "$record_checkout" ]; then
    note "cluster $CLUSTER_NAME now belongs to the checkout in $record_checkout: left alone"
    exit 0
fi
if [ -n "$record_identity" ] || [ -f "$making" ]; then
    need_engine
    lock
    remove_cluster || fail "kind could not remove cluster $CLUSTER_NAME" "its own message is above; run this again"
elif command -v kind >/dev/null 2>&1 && [ -n "$(nodes)" ]; then
    note "there is a kind cluster $CLUSTER_NAME without a record that Hearth made it: left alone (kind delete cluster --name $CLUSTER_NAME removes it)"
fi
rm -rf "$dir"
