import { KUBE_SYSTEM, namespacesOf } from "../config/namespaces";
import { hasLayer, type PlatformConfig } from "../config/schema";

/** What the gate reads from its standard input, as JSON. */
export interface GateInput {
    /** Content of the cluster's kubeconfig. */
    readonly kubeconfig: string;
    /** The namespaces that are watched, and no others. */
    readonly namespaces: readonly string[];
    /**
     * Deployments that somebody in the cluster makes after the program's objects (`apps/waypoint`): the gate waits for
     * them before they are there. Default none.
     */
    readonly expected?: readonly ExpectedDeployment[];
    /** No kubelet runs, so the gate itself looks whether pods refer to what is there. */
    readonly simulated: boolean;
}

/** A Deployment that the program does not make itself. */
export interface ExpectedDeployment {
    readonly namespace: string;
    readonly name: string;
    /** Who makes it: `istiod`. */
    readonly maker: string;
}

type Config = Pick<PlatformConfig, "layers" | "applicationNamespaces">;

/** The namespaces that the gate watches: those that are ours, and the one that Cilium's pods are in. */
export function watchedNamespaces(config: Config): readonly string[] {
    const ours = namespacesOf(config.layers, config.applicationNamespaces).map(({ name }) => name);
    return hasLayer(config, "cilium") ? [KUBE_SYSTEM, ...ours] : ours;
}

/** The gate's input for a stack. */
export function gateInput(
    config: Config,
    { kubeconfig, simulated, expected = [] }: Omit<GateInput, "namespaces">,
): GateInput {
    // Where nodes are simulated, so are those who would make them.
    const made = simulated || expected.length === 0 ? {} : { expected };
    return { kubeconfig, namespaces: watchedNamespaces(config), simulated, ...made };
}
