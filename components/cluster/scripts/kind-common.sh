# shellcheck shell=bash
# Sourced by the kind scripts, after common.sh: the nodes of a Kind cluster.
# shellcheck disable=SC2154,SC2034 # dir and record_* are of common.sh; merged is for kind-create.sh

: "${ENGINE:=docker}"
export KIND_EXPERIMENTAL_PROVIDER="$ENGINE"

# Holds the checkout and the process id of a creation that is under way or was cut off: containers without a
# record that have this beside them are ours to remove, those without are not.
making="$dir/making"

# need_engine: stops unless the container engine answers
need_engine() {
    need "$ENGINE" kind node
    "$ENGINE" ps >/dev/null 2>&1 || fail "$ENGINE does not answer" "start it, or choose another one with hearth:containerEngine"
}

# nodes: names of the cluster's containers, running or not, one a line
nodes() { kind get nodes --name "$CLUSTER_NAME" 2>/dev/null; }

control_plane() { printf '%s-control-plane' "$CLUSTER_NAME"; }

# current_uid: UID of namespace kube-system, asked from inside the control plane's container, so that no kubectl is
# needed here; empty when the API does not answer
current_uid() {
    "$ENGINE" exec "$(control_plane)" kubectl --kubeconfig /etc/kubernetes/admin.conf --request-timeout=5s \
        get namespace kube-system -o 'jsonpath={.metadata.uid}' 2>/dev/null || true
}

# await_uid SECONDS: the same, waiting for it
await_uid() {
    local uid end=$((SECONDS + $1))
    while uid="$(current_uid)" && [ -z "$uid" ] && [ "$SECONDS" -lt "$end" ]; do sleep 0.5; done
    printf '%s' "$uid"
}

# remember_order: writes the nodes in the order of their addresses, which the engine gives out one after the other
remember_order() {
    local node
    for node in $(nodes); do
        printf '%s %s\n' "$("$ENGINE" inspect --format '{{range .NetworkSettings.Networks}}{{.IPAddress}} {{end}}' "$node" | cut -d' ' -f1)" "$node"
    done | sort -t. -k1,1n -k2,2n -k3,3n -k4,4n | cut -d' ' -f2 >"$dir/nodes"
}

# start_nodes: starts what is stopped, in the remembered order: a control plane that finds itself at another address
# does not come up again on every node image
start_nodes() {
    local node stopped=''
    [ -s "$dir/nodes" ] || nodes >"$dir/nodes"
    while IFS= read -r node; do
        [ "$("$ENGINE" inspect --format '{{.State.Running}}' "$node")" = true ] || stopped="$stopped $node"
    done <"$dir/nodes"
    [ -n "$stopped" ] || return 0
    note "starting the containers of cluster $CLUSTER_NAME again:$stopped"
    for node in $stopped; do "$ENGINE" start "$node" >/dev/null; done
}

# resume: makes sure that the recorded cluster answers, if need be after starting its containers; stops otherwise,
# since what is in a cluster is not ours to throw away
resume() {
    local uid
    start_nodes
    # A control plane that starts again needs its static pods first: seconds, on a slow disk a minute.
    uid="$(await_uid 120)"
    [ -n "$uid" ] || fail "cluster $CLUSTER_NAME is there, but its API does not answer" \
        "see: $ENGINE logs $(control_plane); or remove it with all its data: kind delete cluster --name $CLUSTER_NAME"
    [ "$uid" = "$record_identity" ] || fail "the kind cluster $CLUSTER_NAME is not the one that Hearth made" \
        "set hearth:clusterName to another name, or remove it with: kind delete cluster --name $CLUSTER_NAME"
    [ -s "$dir/kubeconfig" ] || kind export kubeconfig --name "$CLUSTER_NAME" --kubeconfig "$dir/kubeconfig" >&2
}

# remove_cluster: containers, their volumes, the context where it was merged, then what the state folder has of it
remove_cluster() {
    local creator
    creator="$(sed -n 's/^kind=//p' "$making" 2>/dev/null || true)"
    # A kind that outlived its script would go on making containers behind us.
    if [ -n "$creator" ] && ps -p "$creator" -o args= 2>/dev/null | grep -q 'kind create cluster'; then
        kill -TERM "$creator" 2>/dev/null || true
        while kill -0 "$creator" 2>/dev/null; do sleep 0.1; done
    fi
    rm -f "$dir/cluster.json"
    if [ -n "$record_merged" ]; then
        KUBECONFIG="$record_merged" kind delete cluster --name "$CLUSTER_NAME" >&2 || return 1
    else
        kind delete cluster --name "$CLUSTER_NAME" --kubeconfig "$dir/kubeconfig" >&2 || return 1
    fi
    rm -rf "$dir/kubeconfig" "$dir/kubeconfig.lock" "$dir/nodes" "$making"
}

# merge_context: does what SET_CURRENT_CONTEXT says to the user's own kubeconfig; sets `merged`
merge_context() {
    merged=''
    if [ "${SET_CURRENT_CONTEXT:-false}" = true ]; then
        kind export kubeconfig --name "$CLUSTER_NAME" >&2
        merged="${KUBECONFIG:-$HOME/.kube/config}"
    elif [ -n "$record_merged" ]; then
        local thing
        for thing in context cluster user; do
            KUBECONFIG="$record_merged" kubectl config "delete-$thing" "kind-$CLUSTER_NAME" >/dev/null 2>&1 ||
                note "kind-$CLUSTER_NAME is still a $thing in $record_merged"
        done
    fi
}

# write_registry_hosts: what REGISTRY_HOSTS (JSON: host to the text of its hosts.toml) says, on every node. containerd
# reads these files at each pull.
write_registry_hosts() {
    case "${REGISTRY_HOSTS:-}" in '' | '{}') return 0 ;; esac
    # shellcheck disable=SC2046,SC2016 # a list of names; JavaScript, not shell
    node -e '
        const { execFileSync } = require("child_process");
        const script = "mkdir -p \"$0\" && cat > \"$0/hosts.toml\"";
        for (const [host, input] of Object.entries(JSON.parse(process.env.REGISTRY_HOSTS)))
            for (const node of process.argv.slice(1))
                execFileSync(process.env.ENGINE, ["exec", "-i", node, "sh", "-c", script, "/etc/containerd/certs.d/" + host], { input, stdio: ["pipe", "ignore", "inherit"] });' \
        $(nodes)
}
