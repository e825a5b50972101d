# shellcheck shell=bash
# Sourced by the scripts beside it: where a cluster's files are, its record, its lock, messages.
# All of them print results on stdout and everything else on stderr, and keep to bash 3.2, which macOS has.
# shellcheck disable=SC2034 # most variables are for the scripts that source this
set -euo pipefail
umask 077

note() { printf 'hearth: %s\n' "$*" >&2; }

# fail WHAT FIX
fail() {
    printf 'hearth: %s\n  fix: %s\n' "$1" "$2" >&2
    exit 1
}

# need TOOL...: stops unless every one is on PATH
need() {
    local tool
    for tool in "$@"; do
        command -v "$tool" >/dev/null 2>&1 ||
            fail "$tool is not on PATH" "run this by make, which brings the tools (make env prints their PATH)"
    done
}

case "${CLUSTER_NAME:-}" in
    '' | *[!a-z0-9-]*) fail "\"${CLUSTER_NAME:-}\" is not a cluster's name" "set CLUSTER_NAME" ;;
esac

checkout="$(pwd -P)"
state="${HEARTH_STATE_DIR:-${XDG_STATE_HOME:-$HOME/.local/state}/hearth}"
case "$state" in
    /*) ;;
    *) state="$checkout/$state" ;;
esac
dir="$state/clusters/$CLUSTER_NAME"

# read_record: fills record_* from cluster.json; all are empty without a whole record
read_record() {
    record_checkout='' record_identity='' record_hash='' record_engine='' record_merged=''
    [ -f "$dir/cluster.json" ] || return 0
    {
        IFS= read -r record_checkout || true
        IFS= read -r record_identity || true
        IFS= read -r record_hash || true
        IFS= read -r record_engine || true
        IFS= read -r record_merged || true
    } < <(node -e '
        try {
            const r = JSON.parse(require("fs").readFileSync(process.argv[1], "utf8"));
            console.log([r.checkout, r.identity, r.configHash, r.engine, r.mergedInto].map((v) => v ?? "").join("\n"));
        } catch {}' "$dir/cluster.json")
}

# write_record PROVIDER IDENTITY [KUBECONFIG THAT THE CONTEXT WAS MERGED INTO]: the last step of making a cluster
write_record() {
    PROVIDER="$1" IDENTITY="$2" MERGED="${3:-}" CHECKOUT="$checkout" node -e '
        const e = process.env, fs = require("fs"), [path] = process.argv.slice(1);
        let before = {};
        try { before = JSON.parse(fs.readFileSync(path, "utf8")); } catch {}
        const createdAt = before.identity === e.IDENTITY ? before.createdAt : new Date().toISOString();
        const record = {
            name: e.CLUSTER_NAME, provider: e.PROVIDER, stack: e.STACK, checkout: e.CHECKOUT, identity: e.IDENTITY,
            configHash: e.CONFIG_HASH, ports: e.PORTS.split(" ").filter(Boolean).map(Number), createdAt,
            ...(e.ENGINE ? { engine: e.ENGINE } : {}), ...(e.MERGED ? { mergedInto: e.MERGED } : {}),
        };
        fs.writeFileSync(path + ".new", JSON.stringify(record, null, 2) + "\n", { mode: 0o600 });
        fs.renameSync(path + ".new", path);' "$dir/cluster.json"
}

# print_identity IDENTITY: the scripts' result, one line of JSON
print_identity() { printf '{"name":"%s","uid":"%s"}\n' "$CLUSTER_NAME" "$1"; }

# refuse_others_cluster: stops when the record says that the cluster belongs to another checkout. A checkout
# that is no longer there has no claim.
refuse_others_cluster() {
    if [ -n "$record_checkout" ] && [ "$record_checkout" != "$checkout" ] && [ -d "$record_checkout" ]; then
        fail "cluster $CLUSTER_NAME belongs to the checkout in $record_checkout" \
            "set hearth:clusterName (and hearth:portOffset) of this stack to others, or run make down there"
    fi
}

# is_script PID: true for a script of this folder that runs. An id outlives its process: until its parent takes note of
# the end, and as another program's, after a restart of the machine, say.
is_script() {
    case "$(ps -ww -o args= -p "$1" 2>/dev/null || true)" in
        */cluster/scripts/*) return 0 ;;
        *) return 1 ;;
    esac
}

# lock: one script at a time works on a cluster; released when the script ends
lock() {
    local holder waited=0
    mkdir -p "$dir"
    until mkdir "$dir/lock" 2>/dev/null; do
        holder="$(cat "$dir/lock/pid" 2>/dev/null || true)"
        # One that was killed at once has not even left its id.
        if { [ -n "$holder" ] || [ "$waited" -ge 10 ]; } && ! is_script "$holder"; then
            rm -rf "$dir/lock"
            continue
        fi
        [ "$waited" -ne 0 ] || note "waiting for process ${holder:-?}, which works on cluster $CLUSTER_NAME"
        waited=$((waited + 1))
        [ "$waited" -lt 1200 ] || fail "process ${holder:-?} holds cluster $CLUSTER_NAME for 10 minutes" "end it, or remove $dir/lock if it is long gone"
        sleep 0.5
    done
    echo "$$" >"$dir/lock/pid"
    trap 'rm -rf "$dir/lock"; rmdir "$dir" 2>/dev/null || true' EXIT
}
