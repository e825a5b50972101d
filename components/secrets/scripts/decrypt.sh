#!/usr/bin/env bash
# Prints the values of the encrypted file SECRETS_FILE as JSON. Its caller keeps the output secret and unlogged.
set -euo pipefail

# Keys that the user has are used as they are, and sops reads its default place by itself; only the key that
# Hearth made for this machine is unknown to sops.
if [[ -z "${SOPS_AGE_KEY_FILE:-}" ]]; then
    key="${HEARTH_STATE_DIR:-${XDG_STATE_HOME:-$HOME/.local/state}/hearth}/age.key"
    if [[ -f "$key" ]]; then export SOPS_AGE_KEY_FILE="$key"; fi
fi
# Otherwise sops asks GitHub for newer versions.
export SOPS_DISABLE_VERSION_CHECK=1
exec sops decrypt --output-type json --extract '["values"]' "$SECRETS_FILE"
