#!/usr/bin/env bash
# Makes a stack's simulated cluster, or keeps it when it is there already. Idempotent: a cluster that is there
# and was made from the same configuration is kept (and started when it is down), anything else that is left of
# one is removed first.
#
# What is real: etcd, API server (TLS, RBAC, default admission), scheduler and controller manager, as processes
# of this machine that listen on 127.0.0.1 only and outlive this script. What is simulated: nodes and pods. The
# nodes are objects that stdin brings, and KWOK plays their kubelets: it renews their leases and moves pods
# through the stages in KWOKCTL_CONFIG (kwok-stages.ts). No container runs, no Service answers, no volume has a disk.
#
# Takes CLUSTER_NAME, STACK, PORTS, CONFIG_HASH, KWOKCTL_CONFIG (text), and on stdin the objects of a fresh cluster.
# shellcheck source-path=SCRIPTDIR source=common.sh
. "${BASH_SOURCE[0]%/*}/common.sh"
# shellcheck source-path=SCRIPTDIR source=kwok-common.sh
. "${BASH_SOURCE[0]%/*}/kwok-common.sh"

need_kwok
objects="$(cat)"
lock
read_record
refuse_others_cluster

if [ -n "$record_identity" ] && [ "$record_hash" = "$CONFIG_HASH" ] && resume; then
    write_record kwok "$record_identity"
    print_identity "$record_identity"
    exit 0
fi

# free_ports COUNT: free loopback ports outside the ranges of NodePorts and of outgoing connections, so that they
# are still free when the cluster starts again
free_ports() {
    node -e '
        const net = require("net");
        const held = [];
        const next = (missing) => {
            if (missing === 0) return console.log(held.map((s) => s.address().port).join(" ")), held.forEach((s) => s.close());
            const server = net.createServer();
            server.once("error", () => next(missing));
            server.listen(20000 + Math.floor(Math.random() * 10000), "127.0.0.1", () => { held.push(server); next(missing - 1); });
        };
        next(Number(process.argv[1]));' "$1"
}

# make: a fresh control plane; fails without a trace when it does not come up
make() {
    local ports
    read -r -a ports <<<"$(free_ports 6)"
    printf '%s\n' "$KWOKCTL_CONFIG" | sed "s/^  runtime: binary\$/&\n  etcdPeerPort: ${ports[0]}/" >"$dir/kwokctl.yaml"
    # Every binary is named, so kwokctl downloads none; no kubeconfig, so the user's own stays as it is.
    kwokctl create cluster --name "$CLUSTER_NAME" --config "$dir/kwokctl.yaml" --kubeconfig '' --timeout 60s \
        --runtime binary --etcd-port "${ports[1]}" --kube-apiserver-port "${ports[2]}" \
        --kube-controller-manager-port "${ports[3]}" --kube-scheduler-port "${ports[4]}" --controller-port "${ports[5]}" \
        --etcd-binary "$(command -v etcd)" --kube-apiserver-binary "$(command -v kube-apiserver)" \
        --kube-controller-manager-binary "$(command -v kube-controller-manager)" \
        --kube-scheduler-binary "$(command -v kube-scheduler)" --kwok-controller-binary "$(command -v kwok)" >&2 || return 1
    kubectl --kubeconfig "$work/kubeconfig.yaml" config view --raw --flatten >"$dir/kubeconfig" || return 1
    uid="$(await_uid 20)"
    [ -n "$uid" ] && printf '%s\n' "$objects" | api create -f - >/dev/null
}

# explain: what a failed start leaves in the logs
explain() {
    local log
    for log in "$work"/logs/*.log; do
        [ -f "$log" ] || continue
        grep -E '^[EF][0-9]{4}|"level":"(error|fatal)"|panic:' "$log" | tail -n 3 | sed "s|^|$(basename "$log" .log): |" >&2 || true
    done
}

clean() {
    stop_processes
    rm -rf "$dir/cluster.json" "$dir/kubeconfig" "$dir/kwokctl.yaml" "$dir/kwok"
}

[ -z "$record_identity" ] || note "cluster $CLUSTER_NAME is not what it should be (changed settings, or it does not start): making it anew"
uid=''
for attempt in 1 2; do
    clean
    if make; then
        write_record kwok "$uid"
        print_identity "$uid"
        exit 0
    fi
    explain
    # Another program may have taken one of the ports between choosing and using it.
    [ "$attempt" -eq 2 ] || note "the control plane did not come up: trying once more with other ports"
done
clean
fail "the simulated control plane did not come up" "see the messages above; memory and disk are the usual causes"
