#!/usr/bin/env bash
# Prints the kubeconfig of cluster CLUSTER_NAME. Its only caller marks the output as secret.
# shellcheck source-path=SCRIPTDIR source=common.sh
. "${BASH_SOURCE[0]%/*}/common.sh"

[ -s "$dir/kubeconfig" ] || fail "cluster $CLUSTER_NAME has no kubeconfig in $dir" "run make up, which makes the cluster again"
exec cat "$dir/kubeconfig"
