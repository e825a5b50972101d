import type { Layer } from "./layers";

/** Level of Kubernetes' Pod Security Standards. */
export type PodSecurity = "privileged" | "baseline" | "restricted";

export type NamespaceId =
    "edge" | "observability" | "nodeAgents" | "storage" | "database" | "mesh" | "users" | "gitops";

/** A namespace of the user's applications (`hearth:applicationNamespaces`). */
export type ApplicationNamespaceId = `application-${string}`;

export interface NamespaceSpec {
    readonly id: NamespaceId | ApplicationNamespaceId;
    readonly name: string;
    readonly podSecurity: PodSecurity;
    /** Why the level is not `restricted`. */
    readonly exception?: string;
    /** The namespace exists when one of these layers is on. */
    readonly layers: readonly Layer[];
}

/** Namespace of what Kubernetes itself runs, and of Cilium; it is not ours. */
export const KUBE_SYSTEM = "kube-system";

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
    {
        id: "mesh",
        name: "istio-system",
        podSecurity: "privileged",
        exception: "istio-cni writes into the host's CNI folders, ztunnel enters the network namespaces of pods",
        layers: ["istio"],
    },
    // Identities of people and of programs outside the cluster; no pod may run in it.
    { id: "users", name: "users", podSecurity: "restricted", layers: ["istio"] },
    { id: "gitops", name: "argocd", podSecurity: "restricted", layers: ["argocd", "git-server"] },
];

const APPLICATION = "application-";

/** The name of one namespace. */
export function namespaceName(id: NamespaceId | ApplicationNamespaceId): string {
    if (id.startsWith(APPLICATION)) return id.slice(APPLICATION.length);
    const found = NAMESPACES.find((namespace) => namespace.id === id);
    if (found === undefined) throw new Error(`there is no namespace ${id}`);
    return found.name;
}

/** The namespaces of the layers that are on, in the table's order, and then those of the applications. */
export function namespacesOf(layers: readonly Layer[], applications: readonly string[] = []): readonly NamespaceSpec[] {
    const ours = NAMESPACES.filter((namespace) => namespace.layers.some((layer) => layers.includes(layer)));
    const theirs = applications.map((name): NamespaceSpec => ({
        id: `${APPLICATION}${name}`,
        name,
        podSecurity: "restricted",
        layers: [],
    }));
    return [...ours, ...theirs];
}
