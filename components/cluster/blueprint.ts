import type { HostPort } from "../config/ports";
import type { KindClusterConfig, KwokClusterConfig, PlatformConfig } from "../config/schema";
import { KUBERNETES_VERSION } from "../config/versions";
import { checksum } from "../core/hash";
import { kindConfig, registryHosts } from "./kind-config";
import { kwokctlConfig, kwokObjects } from "./kwok-config";

/** What the script that makes a cluster is given; with another `configHash` it would be another cluster. */
export interface Blueprint {
    readonly environment: Readonly<Record<string, string>>;
    readonly stdin: string;
    /** Hash of everything that shapes the cluster, and of nothing else. */
    readonly configHash: string;
}

/** Settings that a cluster is made from. */
export type BlueprintSettings = Pick<PlatformConfig, "cilium" | "cluster" | "ports" | "stack">;

/** True when Services are kube-proxy's: always, but where Cilium is the network and takes its place. */
export function hasKubeProxy({ cilium, cluster }: Pick<BlueprintSettings, "cilium" | "cluster">): boolean {
    const ours = cluster.provider !== "existing" && cluster.cni === "cilium";
    return !(ours && cilium.kubeProxyReplacement);
}

/** The blueprint of a stack's cluster; undefined for an existing cluster, which is not ours to make. */
export function blueprintOf(settings: BlueprintSettings): Blueprint | undefined {
    const { cluster, ports, stack } = settings;
    switch (cluster.provider) {
        case "kind":
            return kindBlueprint(cluster, { ports, stack, kubeProxy: hasKubeProxy(settings) });
        case "kwok":
            return kwokBlueprint(cluster, { ports, stack });
        case "existing":
            return undefined;
    }
}

interface Surroundings {
    readonly ports: readonly HostPort[];
    readonly stack: string;
}

/** The blueprint of a Kind cluster. */
export function kindBlueprint(
    config: KindClusterConfig,
    { ports, stack, kubeProxy }: Surroundings & { readonly kubeProxy: boolean },
): Blueprint {
    const yaml = kindConfig(config, ports, { kubeProxy });
    const configHash = checksum({ yaml, engine: config.engine });
    return {
        environment: {
            CLUSTER_NAME: config.name,
            STACK: stack,
            ENGINE: config.engine,
            NODE_IMAGE: config.nodeImage,
            PORTS: portList(ports),
            CONFIG_HASH: configHash,
            SET_CURRENT_CONTEXT: String(config.setCurrentContext),
            REGISTRY_HOSTS: JSON.stringify(registryFiles(config.registryMirrors)),
        },
        stdin: yaml,
        configHash,
    };
}

/** The blueprint of a simulated cluster. Ports are for its record only: nothing listens on them. */
export function kwokBlueprint(config: KwokClusterConfig, { ports, stack }: Surroundings): Blueprint {
    const controlPlane = kwokctlConfig();
    const objects = kwokObjects(config);
    const configHash = checksum({ controlPlane, objects, kubernetes: KUBERNETES_VERSION });
    return {
        environment: {
            CLUSTER_NAME: config.name,
            STACK: stack,
            PORTS: portList(ports),
            CONFIG_HASH: configHash,
            KWOKCTL_CONFIG: controlPlane,
        },
        stdin: objects,
        configHash,
    };
}

function portList(ports: readonly HostPort[]): string {
    return ports.map(({ hostPort }) => hostPort).join(" ");
}

/** Registry host to the text of its `hosts.toml`. */
function registryFiles(mirrors: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
    return Object.fromEntries(Object.entries(mirrors).map(([host, mirror]) => [host, registryHosts(host, mirror)]));
}
