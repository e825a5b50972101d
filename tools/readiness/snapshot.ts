import type {
    Claim,
    DaemonSet,
    Deployment,
    Event,
    Job,
    Keyed,
    Named,
    Node,
    Pod,
    ReplicaSet,
    Service,
    StatefulSet,
} from "./objects";
import { time } from "./objects";

/** What is read of the cluster, by kind. */
export interface Kinds {
    readonly deployments: Deployment;
    readonly statefulSets: StatefulSet;
    readonly daemonSets: DaemonSet;
    readonly jobs: Job;
    readonly replicaSets: ReplicaSet;
    readonly pods: Pod;
    readonly claims: Claim;
    readonly events: Event;
    readonly secrets: Keyed;
    readonly configMaps: Keyed;
    readonly serviceAccounts: Named;
    readonly services: Service;
    readonly nodes: Node;
    readonly storageClasses: Named;
    readonly priorityClasses: Named;
    readonly runtimeClasses: Named;
}

export type Kind = keyof Kinds;

/** What always can be read; without it there is nothing to judge. */
export type Required = "deployments" | "statefulSets" | "daemonSets" | "jobs" | "replicaSets" | "pods";

/**
 * What the watched namespaces hold at one moment. A kind that may not be read, or that is of no use in this cluster,
 * is absent: then nothing is said to be missing from it.
 */
export type Snapshot = { readonly [K in Required]: readonly Kinds[K][] } & {
    readonly [K in Exclude<Kind, Required>]?: readonly Kinds[K][];
} & {
    /** No kubelet runs: references of pods are looked up here. */
    readonly simulated: boolean;
    /** When the gate began, in milliseconds since 1970 by the API server's clock. */
    readonly since: number;
};

/** A kind that others refer to by name. */
const NAMED = {
    Secret: "secrets",
    ConfigMap: "configMaps",
    ServiceAccount: "serviceAccounts",
    PersistentVolumeClaim: "claims",
    StorageClass: "storageClasses",
    PriorityClass: "priorityClasses",
    RuntimeClass: "runtimeClasses",
} as const satisfies Readonly<Record<string, Kind>>;

export type NamedKind = keyof typeof NAMED;

/** Objects that a controller makes some time after their namespace; a pod that comes first has to wait a moment. */
const MADE_BY_CONTROLLERS: Readonly<Partial<Record<NamedKind, readonly string[]>>> = {
    ConfigMap: ["kube-root-ca.crt", "istio-ca-root-cert"],
    ServiceAccount: ["default"],
};

/** True when a controller of the cluster is known to make the object by itself. */
export function comesByItself(kind: NamedKind, name: string): boolean {
    return MADE_BY_CONTROLLERS[kind]?.includes(name) ?? false;
}

/** A snapshot with its objects at hand by what refers to them. */
export class Facts {
    private readonly events = new Map<string, readonly Event[]>();
    private readonly names = new Map<string, Keyed>();

    public constructor(public readonly snapshot: Snapshot) {
        for (const event of snapshot.events ?? []) {
            const uid = event.involvedObject.uid ?? "";
            this.events.set(uid, [...(this.events.get(uid) ?? []), event]);
        }
        for (const kind of Object.keys(NAMED) as readonly NamedKind[]) {
            for (const object of this.list(kind) ?? []) {
                this.names.set(key(kind, object.metadata.namespace, object.metadata.name), object);
            }
        }
    }

    /** Events of one object with one of the reasons, oldest first. */
    public eventsOf(uid: string | undefined, ...reasons: readonly string[]): readonly Event[] {
        return (this.events.get(uid ?? "") ?? [])
            .filter(({ reason }) => reasons.includes(reason ?? ""))
            .sort((a, b) => (lastSeen(a) ?? 0) - (lastSeen(b) ?? 0));
    }

    /** The newest event of one object with one of the reasons. */
    public lastEvent(uid: string | undefined, ...reasons: readonly string[]): Event | undefined {
        return this.eventsOf(uid, ...reasons).at(-1);
    }

    /** The object of a name, without a namespace for kinds that have none. */
    public find(kind: NamedKind, namespace: string | undefined, name: string): Keyed | undefined {
        return this.names.get(key(kind, namespace, name));
    }

    /** True when the object is known not to be there; false when it is there, or when nobody can tell. */
    public lacks(kind: NamedKind, namespace: string | undefined, name: string): boolean {
        return this.list(kind) !== undefined && this.find(kind, namespace, name) === undefined;
    }

    private list(kind: NamedKind): readonly Named[] | undefined {
        return this.snapshot[NAMED[kind]];
    }
}

function key(kind: NamedKind, namespace: string | undefined, name: string): string {
    return `${kind} ${namespace ?? ""}/${name}`;
}

/** When an event happened last. */
export function lastSeen(event: Event): number | undefined {
    return (
        time(event.series?.lastObservedTime) ??
        time(event.lastTimestamp) ??
        time(event.eventTime) ??
        time(event.metadata.creationTimestamp)
    );
}

/** How often an event happened. */
export function timesSeen(event: Event): number {
    return event.series?.count ?? event.count ?? 1;
}

/**
 * What failed this long before the gate began is still taken for its state: a run makes its pods seconds before. What
 * failed longer ago may have been repaired since, and is judged by its next attempt. Milliseconds.
 */
const RECENT_MS = 60_000;

/** True when something that happened then (undefined when nobody knows) tells how things are now. */
export function isCurrent({ since }: Pick<Snapshot, "since">, then: number | undefined): boolean {
    return then === undefined || then >= since - RECENT_MS;
}
