import type {
    Claim,
    Condition,
    ContainerStatus,
    DaemonSet,
    Deployment,
    Event,
    Job,
    Keyed,
    Metadata,
    Named,
    Node,
    Pod,
    PodSpec,
    ReplicaSet,
    Service,
    StatefulSet,
} from "../../tools/readiness/objects";
import type { Snapshot } from "../../tools/readiness/snapshot";

/** When the gates of these tests begin, by the API server's clock. */
export const START = Date.parse("2026-01-05T10:00:00Z");

/** Timestamp of the API, in seconds from the start. */
export function at(seconds: number): string {
    return new Date(START + 1000 * seconds).toISOString().replace(".000Z", "Z");
}

/** A snapshot that holds what is given, and of the rest nothing. */
export function snapshotOf(parts: Partial<Snapshot> = {}): Snapshot {
    return {
        deployments: [],
        statefulSets: [],
        daemonSets: [],
        jobs: [],
        replicaSets: [],
        pods: [],
        claims: [],
        events: [],
        nodes: [nodeNamed("node-1")],
        secrets: [],
        configMaps: [],
        serviceAccounts: [named("default")],
        storageClasses: [{ metadata: { name: "standard" } }],
        simulated: false,
        since: START,
        ...parts,
    };
}

export const NAMESPACE = "observability";

export function named(name: string): Named {
    return { metadata: { name, namespace: NAMESPACE, uid: `uid-${name}` } };
}

export function keyed(name: string, ...keys: readonly string[]): Keyed {
    return { ...named(name), keys };
}

function owned(name: string, owner: Metadata, kind: string, labels: Record<string, string> = {}): Metadata {
    return {
        name,
        namespace: NAMESPACE,
        uid: `uid-${name}`,
        creationTimestamp: at(-20),
        labels: { app: owner.name, ...labels },
        ownerReferences: [{ kind, name: owner.name, uid: owner.uid ?? "", controller: true }],
    };
}

/** A Deployment as its controller leaves it when `ready` of `replicas` pods are available. */
export function deployment(name: string, { replicas = 1, ready = 0 } = {}): Deployment & { metadata: { uid: string } } {
    return {
        metadata: {
            name,
            namespace: NAMESPACE,
            uid: `uid-${name}`,
            generation: 1,
            annotations: { "deployment.kubernetes.io/revision": "1" },
        },
        spec: { replicas, template: { metadata: { labels: { app: name } }, spec: podSpec() } },
        status: { observedGeneration: 1, replicas, updatedReplicas: replicas, availableReplicas: ready },
    };
}

export function replicaSet({ metadata }: Deployment, revision = 1): ReplicaSet {
    const name = `${metadata.name}-rs${revision}`;
    return {
        metadata: {
            ...owned(name, metadata, "Deployment"),
            annotations: { "deployment.kubernetes.io/revision": String(revision) },
        },
    };
}

export function podSpec(changes: Partial<PodSpec> = {}): PodSpec {
    return {
        nodeName: "node-1",
        restartPolicy: "Always",
        serviceAccountName: "default",
        containers: [{ name: "main", image: "ghcr.io/example/main:1.2.3" }],
        ...changes,
    };
}

export function conditions(...types: readonly string[]): readonly Condition[] {
    return ["PodScheduled", "PodReadyToStartContainers", "Initialized", "ContainersReady", "Ready"].map((type) => ({
        type,
        status: types.includes(type) ? "True" : "False",
        lastTransitionTime: at(-10),
    }));
}

/** A pod of a ReplicaSet or StatefulSet that has a node and whose container is being created. */
export function podOf(
    owner: { readonly metadata: Metadata },
    kind: "ReplicaSet" | "StatefulSet" | "DaemonSet" | "Job",
    { name = `${owner.metadata.name}-0`, labels = {}, ...changes }: PodChanges = {},
): Pod {
    const metadata = owned(name, owner.metadata, kind, labels);
    return {
        metadata: { ...metadata, ...changes.metadata },
        spec: podSpec(changes.spec),
        status: {
            phase: "Pending",
            conditions: conditions("PodScheduled", "Initialized"),
            containerStatuses: [waiting("ContainerCreating")],
            ...changes.status,
        },
    };
}

export interface PodChanges {
    readonly name?: string;
    readonly labels?: Record<string, string>;
    readonly metadata?: Partial<Metadata>;
    readonly spec?: Partial<PodSpec>;
    readonly status?: Partial<NonNullable<Pod["status"]>>;
}

export function waiting(reason: string, message?: string, name = "main"): ContainerStatus {
    return {
        name,
        ready: false,
        restartCount: 0,
        state: { waiting: { reason, ...(message === undefined ? {} : { message }) } },
    };
}

export function running(ready: boolean, name = "main"): ContainerStatus {
    return { name, ready, restartCount: 0, state: { running: { startedAt: at(-15) } } };
}

/** A container that waits for its next start after a crash. */
export function crashing(
    restartCount: number,
    { exitCode = 1, reason = "Error", startedAt = at(-2), finishedAt = at(-1), message = "" } = {},
): ContainerStatus {
    return {
        name: "main",
        ready: false,
        restartCount,
        state: { waiting: { reason: "CrashLoopBackOff", message: "back-off 1m20s restarting failed container=main" } },
        lastState: { terminated: { exitCode, reason, startedAt, finishedAt, ...(message === "" ? {} : { message }) } },
    };
}

/** Status of a pod that serves, and since when (seconds from the start). */
export function readyStatus(since = -10, name = "main"): NonNullable<Pod["status"]> {
    return {
        phase: "Running",
        conditions: conditions(
            "PodScheduled",
            "PodReadyToStartContainers",
            "Initialized",
            "ContainersReady",
            "Ready",
        ).map((condition) => ({ ...condition, lastTransitionTime: at(since) })),
        containerStatuses: [running(true, name)],
    };
}

let events = 0;

/** An event about an object, last seen at `seconds`. */
export function eventOn(
    { metadata }: { readonly metadata: Metadata },
    reason: string,
    message: string,
    { seconds = -1, count = 1, container = "" } = {},
): Event {
    return {
        metadata: { name: `event-${++events}`, namespace: NAMESPACE },
        involvedObject: {
            name: metadata.name,
            ...(metadata.uid === undefined ? {} : { uid: metadata.uid }),
            ...(container === "" ? {} : { fieldPath: `spec.containers{${container}}` }),
        },
        reason,
        message,
        count,
        lastTimestamp: at(seconds),
    };
}

export function statefulSet(
    name: string,
    counts: { replicas?: number; ready?: number; updated?: number } = {},
): StatefulSet {
    const { replicas = 1, ready = 0, updated = replicas } = counts;
    return {
        metadata: { name, namespace: NAMESPACE, uid: `uid-${name}`, generation: 1 },
        spec: {
            replicas,
            updateStrategy: { type: "RollingUpdate", rollingUpdate: { partition: 0 } },
            template: { metadata: { labels: { app: name } }, spec: podSpec() },
        },
        status: {
            observedGeneration: 1,
            replicas,
            readyReplicas: ready,
            updatedReplicas: updated,
            currentRevision: `${name}-r1`,
            updateRevision: `${name}-r1`,
        },
    };
}

export function daemonSet(
    name: string,
    counts: { desired?: number; updated?: number; available?: number } = {},
): DaemonSet {
    const { desired = 1, updated = desired, available = 0 } = counts;
    return {
        metadata: {
            name,
            namespace: NAMESPACE,
            uid: `uid-${name}`,
            generation: 1,
            annotations: { "deprecated.daemonset.template.generation": "1" },
        },
        spec: { updateStrategy: { type: "RollingUpdate" } },
        status: {
            observedGeneration: 1,
            desiredNumberScheduled: desired,
            updatedNumberScheduled: updated,
            numberAvailable: available,
        },
    };
}

export function job(name: string, status: Job["status"] = { active: 1 }): Job {
    return { metadata: { name, namespace: NAMESPACE, uid: `uid-${name}`, generation: 1 }, spec: {}, status };
}

export function nodeNamed(
    name: string,
    changes: Readonly<Record<string, string>> = {},
    allocatable: Readonly<Record<string, string>> = { cpu: "8", memory: "32Gi", pods: "110" },
): Node {
    const healthy = { Ready: "True", MemoryPressure: "False", DiskPressure: "False", PIDPressure: "False" };
    const all = Object.entries({ ...healthy, ...changes });
    return {
        metadata: { name },
        status: { conditions: all.map(([type, status]) => ({ type, status, reason: `Kubelet${type}` })), allocatable },
    };
}

export function claim(name: string, spec: Claim["spec"] = {}, phase = "Pending"): Claim {
    return { metadata: { name, namespace: NAMESPACE, uid: `uid-${name}` }, spec, status: { phase } };
}

export function service(name: string, spec: Service["spec"]): Service {
    return { metadata: { name, namespace: NAMESPACE, uid: `uid-${name}` }, spec };
}

/** One Deployment `loki` with one pod, as a snapshot. */
export function onePod(changes: PodChanges = {}, parts: Partial<Snapshot> = {}): Snapshot & { readonly pod: Pod } {
    const loki = deployment("loki");
    const set = replicaSet(loki);
    const pod = podOf(set, "ReplicaSet", { name: "loki-0", ...changes });
    return { ...snapshotOf({ deployments: [loki], replicaSets: [set], pods: [pod], ...parts }), pod };
}
