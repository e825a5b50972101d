import { hasLayer, type PlatformConfig } from "../config/schema";
import type { Peer, Ports } from "./peers";

/** What is no pod of the platform, as far as it can be named on a cluster. */
export interface Surroundings {
    readonly apiServer: { readonly peer: Peer; readonly ports: Ports };
    readonly nodes: Peer;
    readonly outside: Peer;
}

/** Port of the API server where kubeadm makes it. */
const KUBEADM_API = 6443;

const OURS: Surroundings = {
    apiServer: { peer: { kind: "api-server" }, ports: [KUBEADM_API] },
    nodes: { kind: "nodes" },
    outside: { kind: "outside" },
};

/**
 * On a cluster of somebody else's neither the addresses of the API server and the nodes are known beforehand nor those
 * of the pods, which could then be excepted; and some networks do not let nodes be named by address at all. So these
 * flows are bounded by their ports alone there. 443 is where managed control planes listen.
 */
const THEIRS: Surroundings = {
    apiServer: { peer: { kind: "anyone" }, ports: [443, KUBEADM_API] },
    nodes: { kind: "anyone" },
    outside: { kind: "anyone" },
};

/** How the surroundings are named on a stack's cluster. */
export function surroundingsOf({ cluster }: Pick<PlatformConfig, "cluster">): Surroundings {
    return cluster.provider === "existing" ? THEIRS : OURS;
}

/** Who enforces who may talk to whom, below the mesh. */
export function enforcerOf(config: Pick<PlatformConfig, "layers">): "NetworkPolicy" | "Cilium" {
    return hasLayer(config, "cilium") ? "Cilium" : "NetworkPolicy";
}
