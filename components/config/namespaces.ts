import type { Layer } from "./layers";

/** Level of Kubernetes' Pod Security Standards. */
export type PodSecurity = "privileged" | "baseline" | "restricted";

export type NamespaceId = "edge" | "observability" | "nodeAgents" | "storage" | "database";

export interface NamespaceSpec {
    readonly id: NamespaceId;
    readonly name: string;
    readonly podSecurity: PodSecurity;
    /** Why the level is not `restricted`. */
    readonly exception?: string;
    /** The namespace exists when one of these layers is on. */
    readonly layers: readonly Layer[];
}

/** Every namespace that Hearth owns, with the strictest Pod Security level that its pods pass. */
export const NAMESPACES: readonly NamespaceSpec[] = [
    { id: "edge", name: "edge", podSecurity: "restricted", layers: ["traefik"] },
    {
        id: "observability",
        name: "observability",
        podSecurity: "restricted",
        layers: ["prometheus", "alertmanager", "kube-state-metrics", "grafana", "loki", "tempo"],
    },
    {
        id: "nodeAgents",
        name: "node-agents",
        podSecurity: "privileged",
        exception: "node-exporter reads the host's /proc and /sys, the collector reads /var/log/pods as root",
        layers: ["node-exporter", "otel-collector"],
    },
    { id: "storage", name: "storage", podSecurity: "restricted", layers: ["garage"] },
    { id: "database", name: "database", podSecurity: "restricted", layers: ["postgresql"] },
];

/** The name of one namespace. */
export function namespaceName(id: NamespaceId): string {
    const found = NAMESPACES.find((namespace) => namespace.id === id);
    if (found === undefined) throw new Error(`there is no namespace ${id}`);
    return found.name;
}

/** The namespaces of the layers that are on, in the table's order. */
export function namespacesOf(layers: readonly Layer[]): readonly NamespaceSpec[] {
    return NAMESPACES.filter((namespace) => namespace.layers.some((layer) => layers.includes(layer)));
}
