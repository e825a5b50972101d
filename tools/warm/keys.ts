import { readFileSync } from "node:fs";
import type { Settings } from "../../components/config/defaults";
import { checksum } from "../../components/core/hash";
import { clusterKeys } from "../token/cluster-keys";
import type { Fingerprint } from "./fingerprint";

/**
 * The keys by which a stack's cluster signs tokens now, where its waypoints were told them: they may change under a
 * finished run. Nothing for a stack whose applications trust nobody or somebody else.
 * @param kubeconfig path of the cluster's kubeconfig
 * @throws UserError when the cluster does not tell them
 */
export async function keysFingerprint(
    { layers, oidc }: Pick<Settings, "layers" | "oidc">,
    kubeconfig: string,
): Promise<Fingerprint> {
    if (!layers.includes("istio") || oidc.issuer !== "") return {};
    return { "keys of the cluster": checksum(await clusterKeys(readFileSync(kubeconfig, "utf8"))) };
}
