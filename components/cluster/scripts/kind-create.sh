#!/usr/bin/env bash
# Makes a stack's Kind cluster, or keeps it when it is there already. Idempotent, since a creation that fails or is
# cut off leaves nothing in Pulumi's state:
# - made whole (there is a record) and from the same configuration: kept, its containers started if need be; when it
#   does not answer even then, that is an error, since what is in it is not ours to throw away;
# - made from another configuration: refused. Pulumi has the delete script remove it before this one runs, after a
#   preview or an option that said so; where Pulumi does not know it, nobody has said that its data may go;
# - half made (containers without a record, but with our mark in the state folder): removed, then made;
# - of another checkout, or not ours at all (containers without record and mark): refused.
#
# Takes CLUSTER_NAME, STACK, ENGINE, NODE_IMAGE, PORTS, CONFIG_HASH, SET_CURRENT_CONTEXT, REGISTRY_HOSTS, and kind's
# configuration on stdin. Prints the cluster's identity; the kubeconfig goes to the state folder, and nowhere else
# unless SET_CURRENT_CONTEXT is true.
# shellcheck source-path=SCRIPTDIR source=common.sh
. "${BASH_SOURCE[0]%/*}/common.sh"
# shellcheck source-path=SCRIPTDIR source=kind-common.sh
. "${BASH_SOURCE[0]%/*}/kind-common.sh"

need_engine
config="$(cat)"
lock
read_record
refuse_others_cluster

finish() {
    write_registry_hosts
    merge_context
    write_record kind "$1" "$merged"
    rm -f "$making"
    print_identity "$1"
    exit 0
}

if [ -n "$(nodes)" ]; then
    if [ -n "$record_identity" ]; then
        if [ "$record_hash" = "$CONFIG_HASH" ]; then
            resume
            finish "$record_identity"
        fi
        fail "cluster $CLUSTER_NAME was made from other settings, and Pulumi does not know it; all that is in it would be lost" \
            "put the settings back, or run make up STACK=$STACK ARGS=--replace-cluster, which removes it with its data"
    elif [ -f "$making" ]; then
        note "cluster $CLUSTER_NAME is half made, as an interrupted run left it: making it anew"
    else
        fail "there is a kind cluster $CLUSTER_NAME that Hearth did not make" \
            "set hearth:clusterName to another name, or remove it with: kind delete cluster --name $CLUSTER_NAME"
    fi
elif [ -n "$record_identity" ]; then
    note "cluster $CLUSTER_NAME is gone: making it anew"
fi
# Also where there is no container left: kind tidies the kubeconfig, too.
if [ -n "$record_identity" ] || [ -f "$making" ]; then remove_cluster; fi

# A failure or a signal leaves nothing behind; a kill leaves the mark.
kind_runs=''
undo() {
    # $!, which bash sets as it starts kind: a variable of ours would be set a moment later.
    if [ -n "$kind_runs" ] && [ -n "${!:-}" ]; then
        kill -TERM "$!" 2>/dev/null || true
        wait "$!" 2>/dev/null || true
    fi
    record_merged=''
    remove_cluster || true
}
trap 'undo; exit 130' INT TERM HUP
printf 'checkout=%s\n' "$checkout" >"$making"

note "making Kind cluster $CLUSTER_NAME from $NODE_IMAGE"
kind_runs=yes
kind create cluster --name "$CLUSTER_NAME" --config - --kubeconfig "$dir/kubeconfig" <<<"$config" >&2 &
printf 'kind=%s\n' "$!" >>"$making"
if ! wait "$!"; then
    kind_runs=''
    undo
    fail "kind could not make cluster $CLUSTER_NAME" "its own message is above; nothing of the cluster is left"
fi
kind_runs=''
chmod 600 "$dir/kubeconfig"

uid="$(await_uid 60)"
if [ -z "$uid" ]; then
    undo
    fail "the API of cluster $CLUSTER_NAME does not answer after its creation" "see $ENGINE's logs; nothing of the cluster is left"
fi
record_merged=''
remember_order
finish "$uid"
