#!/usr/bin/env bash
# Brings images to the nodes of the Kind cluster CLUSTER_NAME, so that its pods need no registry:
# - ARCHIVES, one path a line: archives (docker save, or OCI layout; *.tar, *.tar.gz), and folders of them. A path
#   that begins with "cache:" is below Hearth's cache.
# - HOST_IMAGES, one reference a line: images of the container engine's own store.
# What a node has already is not loaded again. Everything loaded is pinned, since an image that the kubelet's garbage
# collection took could not be pulled again.
#
# Not by `kind load docker-image`: with Docker's containerd image store it fails, since `docker save` without a
# platform names content that is not there (kubernetes-sigs/kind#3795, #4224).
# shellcheck source-path=SCRIPTDIR source=common.sh
. "${BASH_SOURCE[0]%/*}/common.sh"
# shellcheck source-path=SCRIPTDIR source=kind-common.sh
. "${BASH_SOURCE[0]%/*}/kind-common.sh"

# Where a node keeps the marks of what was loaded; on its volume, beside the images themselves.
marks=/var/lib/hearth/archives
# Loading is decompression and writing: more at once only compete.
jobs=3

digest() {
    if command -v sha256sum >/dev/null 2>&1; then sha256sum "$1"; else shasum -a 256 "$1"; fi | cut -d' ' -f1
}

# references ARCHIVE.tar: the images in it as containerd names them, one a line
references() {
    local index
    index="$(tar -xOf "$1" manifest.json 2>/dev/null || tar -xOf "$1" index.json 2>/dev/null || true)"
    node -e '
        let text = "";
        process.stdin.on("data", (data) => (text += data)).on("end", () => {
            let index = [];
            try { index = JSON.parse(text); } catch {}
            const named = Array.isArray(index)
                ? index.flatMap((image) => image.RepoTags ?? [])
                : (index.manifests ?? []).map(({ annotations = {} }) => annotations["io.containerd.image.name"] ?? annotations["org.opencontainers.image.ref.name"] ?? "");
            for (const name of new Set(named.filter((name) => name.includes(":")))) {
                const [first, ...rest] = name.split("/");
                if (rest.length === 0) console.log("docker.io/library/" + name);
                else if (/[.:]/.test(first) || first === "localhost") console.log(name);
                else console.log("docker.io/" + name);
            }
        });' <<<"$index"
}

# missing KEY: the nodes without the mark KEY, with commas between them
missing() {
    local node names=''
    for node in $(nodes); do
        "$ENGINE" exec "$node" test -e "$marks/$1" 2>/dev/null || names="$names,$node"
    done
    echo "${names#,}"
}

# load TITLE ARCHIVE.tar KEY NODES: loads an archive into nodes, sees that its images are there, marks them with KEY
load() {
    local title="$1" archive="$2" key="$3" nodes="$4" node reference images present start=$SECONDS
    images="$(references "$archive")"
    [ -n "$images" ] || fail "$title names no image" "save it with a name and a tag: $ENGINE save NAME:TAG -o FILE"
    kind load image-archive --name "$CLUSTER_NAME" --nodes "$nodes" "$archive" >&2 ||
        fail "$title could not be loaded into $nodes" "if content is missing, save it for one platform: $ENGINE save --platform linux/$(architecture) …"
    for node in ${nodes//,/ }; do
        present="$("$ENGINE" exec "$node" ctr --namespace k8s.io images ls -q)"
        while IFS= read -r reference; do
            grep -Fxq -- "$reference" <<<"$present" || fail "$title was loaded, but $node has no image $reference" "check the archive: it may be of another platform"
            "$ENGINE" exec "$node" ctr --namespace k8s.io images label "$reference" io.cri-containerd.pinned=pinned >/dev/null </dev/null
        done <<<"$images"
        # shellcheck disable=SC2016 # expanded by the node's shell
        "$ENGINE" exec "$node" sh -c 'mkdir -p "$1" && : > "$1/$2"' sh "$marks" "$key"
    done
    note "$title: loaded in $((SECONDS - start)) s ($(tr '\n' ' ' <<<"$images"))"
}

architecture() {
    case "$(uname -m)" in
        x86_64 | amd64) echo amd64 ;;
        aarch64 | arm64) echo arm64 ;;
        *) uname -m ;;
    esac
}

load_archive() {
    local archive="$1" title key nodes
    title="$(basename "$archive")"
    [ -f "$archive" ] || fail "there is no image archive $archive" "correct hearth:imageArchives, or make the archive"
    key="$(digest "$archive")"
    nodes="$(missing "$key")"
    [ -n "$nodes" ] || return 0
    case "$archive" in
        *.gz)
            gzip -dc "$archive" >"$scratch/$key.tar"
            load "$title" "$scratch/$key.tar" "$key" "$nodes"
            rm -f "$scratch/$key.tar"
            ;;
        *) load "$title" "$archive" "$key" "$nodes" ;;
    esac
}

load_host_image() {
    local image="$1" id key nodes
    id="$("$ENGINE" image inspect --format '{{.Id}}' "$image" 2>/dev/null)" ||
        fail "$ENGINE has no image $image" "pull or build it, or give an archive of it in hearth:imageArchives"
    key="host-$(printf '%s %s' "$image" "$id" | tr -c 'A-Za-z0-9\n' '-')"
    nodes="$(missing "$key")"
    [ -n "$nodes" ] || return 0
    # Engines from before Docker 28 know no platform here; they keep one platform only.
    "$ENGINE" save --platform "linux/$(architecture)" -o "$scratch/$key.tar" "$image" 2>/dev/null ||
        "$ENGINE" save -o "$scratch/$key.tar" "$image" >&2 ||
        fail "$ENGINE could not save image $image" "its own message is above"
    load "$image" "$scratch/$key.tar" "$key" "$nodes"
    rm -f "$scratch/$key.tar"
}

# One item in a process of its own, as xargs below starts it.
if [ $# -gt 0 ]; then
    scratch="$HEARTH_SCRATCH"
    case "$1" in
        archive) load_archive "$2" ;;
        host) load_host_image "$2" ;;
    esac
    exit 0
fi

need_engine
[ -n "$(nodes)" ] || fail "there is no cluster $CLUSTER_NAME to load images into" "run make up"
cache="${HEARTH_CACHE_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/hearth}"

# items: one NUL-terminated pair (kind of item, what) for each image or archive
items() {
    local path file found
    while IFS= read -r path; do
        [ -n "$path" ] || continue
        case "$path" in cache:*) path="$cache/${path#cache:}" ;; esac
        if [ -d "$path" ]; then
            found=''
            for file in "$path"/*.tar "$path"/*.tar.gz; do
                [ -f "$file" ] || continue
                found=1
                printf 'archive\0%s\0' "$file"
            done
            [ -n "$found" ] || note "there is no image archive (*.tar, *.tar.gz) in $path"
        else
            printf 'archive\0%s\0' "$path"
        fi
    done <<<"${ARCHIVES:-}"
    while IFS= read -r path; do
        [ -z "$path" ] || printf 'host\0%s\0' "$path"
    done <<<"${HOST_IMAGES:-}"
}

HEARTH_SCRATCH="$(mktemp -d)"
export HEARTH_SCRATCH
trap 'rm -rf "$HEARTH_SCRATCH"' EXIT
# Each item in a process of its own; one that fails does not keep the others from being tried.
items | xargs -0 -n 2 -P "$jobs" "${BASH_SOURCE[0]}" ||
    fail "not every image reached the nodes of cluster $CLUSTER_NAME" "see the messages above"
