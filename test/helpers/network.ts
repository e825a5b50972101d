import type { CiliumSettings } from "../../components/network/cilium-values";
import { PINNED } from "./observability";

/** Settings of a stack with Cilium and the Hubble UI on two simulated nodes, unless told otherwise. */
export function ciliumSettings(changes: Partial<CiliumSettings> = {}): CiliumSettings {
    return {
        cilium: { kubeProxyReplacement: false, l7Proxy: true },
        cluster: { provider: "kwok", name: "hearth-cilium", workers: 1, cni: "cilium" },
        images: PINNED,
        layers: ["cilium", "hubble-ui"],
        ...changes,
    };
}
