#!/usr/bin/env bash
# Starts the recorded simulated cluster CLUSTER_NAME when its processes are gone (after a reboot, say) and waits
# until it answers; changes nothing when it does. Fails when it is not the recorded cluster that answers.
# shellcheck source-path=SCRIPTDIR source=common.sh
. "${BASH_SOURCE[0]%/*}/common.sh"
# shellcheck source-path=SCRIPTDIR source=kwok-common.sh
. "${BASH_SOURCE[0]%/*}/kwok-common.sh"

need_kwok
[ -d "$dir" ] || fail "there is no cluster $CLUSTER_NAME" "run make up"
lock
read_record
[ -n "$record_identity" ] || fail "there is no cluster $CLUSTER_NAME" "run make up"
refuse_others_cluster
resume || fail "cluster $CLUSTER_NAME does not start again" "run make up, which makes it anew"
print_identity "$record_identity"
