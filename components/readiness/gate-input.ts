import { namespacesOf } from "../config/namespaces";
import type { PlatformConfig } from "../config/schema";

/** What the gate reads from its standard input, as JSON. */
export interface GateInput {
    /** Content of the cluster's kubeconfig. */
    readonly kubeconfig: string;
    /** The namespaces that are watched, and no others. */
    readonly namespaces: readonly string[];
    /** No kubelet runs, so the gate itself looks whether pods refer to what is there. */
    readonly simulated: boolean;
}

/** The gate's input for a stack: the namespaces of the layers that are on. */
export function gateInput(
    config: Pick<PlatformConfig, "layers">,
    { kubeconfig, simulated }: Omit<GateInput, "namespaces">,
): GateInput {
    return { kubeconfig, namespaces: namespacesOf(config.layers).map(({ name }) => name), simulated };
}
