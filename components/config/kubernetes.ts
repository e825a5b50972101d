import { parseImage } from "./images";
import type { ClusterConfig } from "./schema";
import { KUBERNETES_VERSION } from "./versions";

/**
 * `1.34.0` of a cluster that Hearth makes.
 * @param nodeImage Kind's; its tag tells the version
 * @returns undefined for an existing cluster, whose version is not known before it is asked, and for a node image whose
 *     tag tells none, which is a problem of its own
 */
export function kubernetesOf(provider: ClusterConfig["provider"], nodeImage: string): string | undefined {
    switch (provider) {
        case "kwok":
            return KUBERNETES_VERSION;
        case "kind":
            return /^v?([0-9]+\.[0-9]+\.[0-9]+)/.exec(parseImage(nodeImage)?.tag ?? "")?.[1];
        case "existing":
            return undefined;
    }
}
