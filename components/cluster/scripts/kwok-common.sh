# shellcheck shell=bash
# Sourced by the kwok scripts, after common.sh: the processes of a simulated cluster.
# shellcheck disable=SC2154 # dir and record_* are of common.sh

work="$dir/kwok/clusters/$CLUSTER_NAME"
export KWOK_WORKDIR="$dir/kwok"
# The cluster's processes outlive the run that starts them, and with it its folder for temporary files.
unset TMPDIR

# need_kwok: stops unless the tools are there and kwokctl can work here: it cuts its folder's path at the first space
need_kwok() {
    need node kubectl kwokctl kwok etcd kube-apiserver kube-controller-manager kube-scheduler
    case "$work" in
        *[[:space:]]*) fail "the simulated cluster cannot live in a folder whose path has a space: $state" "set HEARTH_STATE_DIR to another folder" ;;
    esac
}

# processes: ids of the cluster's processes. They are known by the path that kwokctl starts them from, which is
# inside this cluster's own folder: an id in a file may long belong to somebody else.
processes() {
    local pid args
    ps -axww -o pid=,args= | while read -r pid args; do
        case "$args" in
            "$work/bin/"*) echo "$pid" ;;
        esac
    done
}

# stop_processes: ends them all and waits until they are gone
stop_processes() {
    local pids tries=0
    while pids="$(processes)" && [ -n "$pids" ]; do
        # shellcheck disable=SC2086 # a list of numbers
        kill -KILL $pids 2>/dev/null || true
        tries=$((tries + 1))
        [ "$tries" -lt 100 ] || fail "the processes of cluster $CLUSTER_NAME do not end: $(echo "$pids" | tr '\n' ' ')" "end them by hand"
        sleep 0.05
    done
    rm -rf "$work/pids"
}

# api ARGUMENTS...: kubectl as the cluster's administrator
api() { kubectl --kubeconfig "$dir/kubeconfig" --request-timeout=5s "$@"; }

# current_uid: UID of namespace kube-system; empty when the API does not answer
current_uid() { api get namespace kube-system -o 'jsonpath={.metadata.uid}' 2>/dev/null || true; }

# await_uid SECONDS: the same, waiting for it
await_uid() {
    local uid end=$((SECONDS + $1))
    while uid="$(current_uid)" && [ -z "$uid" ] && [ "$SECONDS" -lt "$end" ]; do sleep 0.1; done
    printf '%s' "$uid"
}

# start_processes: starts a cluster that is there on disk (after a reboot, say), with the tools that PATH has now
start_processes() {
    local tool
    [ -f "$work/kwok.yaml" ] || return 1
    stop_processes
    mkdir -p "$work/pids" "$work/bin"
    for tool in etcd kube-apiserver kube-controller-manager kube-scheduler; do
        ln -sfn "$(command -v "$tool")" "$work/bin/$tool"
    done
    ln -sfn "$(command -v kwok)" "$work/bin/kwok-controller"
    kwokctl start cluster --name "$CLUSTER_NAME" --timeout 60s >&2
}

# resume: true when the recorded cluster answers and is whole, if need be after starting it
resume() {
    # The API alone is not enough: without the scheduler or KWOK nothing would ever become Ready.
    [ "$(processes | wc -l)" -eq 5 ] && [ "$(current_uid)" = "$record_identity" ] && return 0
    note "starting cluster $CLUSTER_NAME again"
    start_processes && [ "$(await_uid 20)" = "$record_identity" ]
}
