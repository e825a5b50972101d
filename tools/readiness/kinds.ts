import type { Keyed, Named } from "./objects";
import type { Kind } from "./snapshot";

/** How one kind is read. */
export interface KindSpec {
    readonly kind: Kind;
    /** Path of its group and version. */
    readonly api: string;
    readonly resource: string;
    /** Read once for the cluster, not per namespace. */
    readonly clusterWide?: boolean;
    /** Only names, labels and the like are asked for, and sent. */
    readonly metadataOnly?: boolean;
    /** The gate does without it where it may not be read. */
    readonly optional?: boolean;
    /** What is kept of an object; the rest is dropped as it comes in. */
    readonly keep?: (object: Stored) => Named;
}

/** An object as the API has it. */
export interface Stored extends Named {
    readonly data?: Readonly<Record<string, unknown>>;
    readonly binaryData?: Readonly<Record<string, unknown>>;
}

const WORKLOADS: readonly KindSpec[] = [
    { kind: "deployments", api: "/apis/apps/v1", resource: "deployments" },
    { kind: "statefulSets", api: "/apis/apps/v1", resource: "statefulsets" },
    { kind: "daemonSets", api: "/apis/apps/v1", resource: "daemonsets" },
    { kind: "replicaSets", api: "/apis/apps/v1", resource: "replicasets" },
    { kind: "jobs", api: "/apis/batch/v1", resource: "jobs" },
    { kind: "pods", api: "/api/v1", resource: "pods" },
];

/** What explains why a workload is not ready. */
const CAUSES: readonly KindSpec[] = [
    { kind: "claims", api: "/api/v1", resource: "persistentvolumeclaims", optional: true },
    { kind: "events", api: "/api/v1", resource: "events", optional: true },
    { kind: "serviceAccounts", api: "/api/v1", resource: "serviceaccounts", optional: true, metadataOnly: true },
    { kind: "nodes", api: "/api/v1", resource: "nodes", optional: true, clusterWide: true },
    {
        kind: "storageClasses",
        api: "/apis/storage.k8s.io/v1",
        resource: "storageclasses",
        optional: true,
        clusterWide: true,
        metadataOnly: true,
    },
];

const NAMES: readonly KindSpec[] = [
    { kind: "secrets", api: "/api/v1", resource: "secrets", optional: true, metadataOnly: true },
    { kind: "configMaps", api: "/api/v1", resource: "configmaps", optional: true, metadataOnly: true },
];

/** What stands in for a kubelet's look: keys of Secrets and ConfigMaps, Services, classes. */
const SIMULATED: readonly KindSpec[] = [
    { kind: "secrets", api: "/api/v1", resource: "secrets", keep: keysOnly },
    { kind: "configMaps", api: "/api/v1", resource: "configmaps", keep: keysOnly },
    { kind: "services", api: "/api/v1", resource: "services" },
    {
        kind: "priorityClasses",
        api: "/apis/scheduling.k8s.io/v1",
        resource: "priorityclasses",
        clusterWide: true,
        metadataOnly: true,
    },
    {
        kind: "runtimeClasses",
        api: "/apis/node.k8s.io/v1",
        resource: "runtimeclasses",
        clusterWide: true,
        metadataOnly: true,
    },
];

/**
 * What is read. Values of Secrets are asked for in the simulated cluster only, where their keys have to be known, and
 * none is kept; elsewhere the kubelet looks, and the gate asks for names alone.
 */
export function kindSpecs(simulated: boolean): readonly KindSpec[] {
    return [...WORKLOADS, ...CAUSES, ...(simulated ? SIMULATED : NAMES)];
}

function keysOnly({ metadata, data = {}, binaryData = {} }: Stored): Keyed {
    return { metadata, keys: [...Object.keys(data), ...Object.keys(binaryData)] };
}

/** Path of a kind's collection. */
export function collectionPath({ api, resource, clusterWide }: KindSpec, namespace: string): string {
    return clusterWide === true ? `${api}/${resource}` : `${api}/namespaces/${namespace}/${resource}`;
}
