#!/usr/bin/env bash
# Starts the containers of the recorded Kind cluster CLUSTER_NAME when they are stopped and waits until it answers;
# changes nothing when it does. Fails when it is not the recorded cluster that answers.
# shellcheck source-path=SCRIPTDIR source=common.sh
. "${BASH_SOURCE[0]%/*}/common.sh"
read_record
ENGINE="${record_engine:-docker}"
# shellcheck source-path=SCRIPTDIR source=kind-common.sh
. "${BASH_SOURCE[0]%/*}/kind-common.sh"

[ -n "$record_identity" ] || fail "there is no cluster $CLUSTER_NAME" "run make up"
refuse_others_cluster
need_engine
lock
[ -n "$(nodes)" ] || fail "the containers of cluster $CLUSTER_NAME are gone" "run make up, which makes it anew"
resume
print_identity "$record_identity"
