import { namespacesOf } from "../config/namespaces";
import { hasLayer, type PlatformConfig } from "../config/schema";

/** What the gate reads from its standard input, as JSON. */
export interface GateInput {
    /** Content of the cluster's kubeconfig. */
    readonly kubeconfig: string;
    /** The namespaces that are watched, and no others. */
    readonly namespaces: readonly string[];
    /** No kubelet runs, so the gate itself looks whether pods refer to what is there. */
    readonly simulated: boolean;
}

type Config = Pick<PlatformConfig, "layers" | "applicationNamespaces">;

/** The namespaces that the gate watches: those that are ours, and the one that Cilium's pods are in. */
export function watchedNamespaces(config: Config): readonly string[] {
    const ours = namespacesOf(config.layers, config.applicationNamespaces).map(({ name }) => name);
    return hasLayer(config, "cilium") ? ["kube-system", ...ours] : ours;
}

/** The gate's input for a stack. */
export function gateInput(config: Config, { kubeconfig, simulated }: Omit<GateInput, "namespaces">): GateInput {
    return { kubeconfig, namespaces: watchedNamespaces(config), simulated };
}
