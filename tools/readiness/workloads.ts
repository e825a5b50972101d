import { condition, type Job, type Metadata, type Owner, type Pod, type ReplicaSet } from "./objects";
import {
    daemonSetRollout,
    deploymentRollout,
    jobRollout,
    podRollout,
    statefulSetRollout,
    type Rollout,
} from "./rollout";
import type { Snapshot } from "./snapshot";

export type WorkloadKind = "Deployment" | "StatefulSet" | "DaemonSet" | "Job" | "Pod";

/** Something that has to become ready. */
export interface Workload {
    readonly kind: WorkloadKind;
    readonly metadata: Metadata;
    /** `observability/loki`. */
    readonly name: string;
    /** Distinguishes what is rolled out now from what was before. */
    readonly revision: string;
    readonly rollout: Rollout;
    /** Living pods of the wanted revision. Only these are judged: those of an old one are about to go. */
    readonly pods: readonly Pod[];
    /** Living pods of other revisions. */
    readonly oldPods: readonly Pod[];
    /** Pods on their way out. */
    readonly ending: readonly Pod[];
    /** What makes the pods, and complains when it cannot; absent until it exists. */
    readonly maker?: Metadata;
    /** Pods are made or replaced one at a time, each only once those before are ready. */
    readonly ordered: boolean;
    /** Why it will never be done, whatever its pods do. */
    readonly failure?: Failure;
    /** Seconds that a ready pod has to stay ready until it counts. */
    readonly minReadySeconds: number;
}

/** What has become of a workload that is not going to be ready, and what to do. */
export interface Failure {
    readonly what: string;
    readonly fix: string;
}

type Basics = Pick<Workload, "kind" | "metadata" | "rollout"> & Partial<Workload>;

/** Every workload of the snapshot, sorted by name. What is being deleted is none any more. */
export function workloadsOf(snapshot: Snapshot): readonly Workload[] {
    return [
        ...snapshot.deployments.map((object) => {
            const set = currentReplicaSet(object.metadata, snapshot.replicaSets);
            const sets = snapshot.replicaSets.filter(({ metadata }) => isOwned(metadata, object.metadata));
            return workload({
                kind: "Deployment",
                metadata: object.metadata,
                rollout: deploymentRollout(object),
                revision: set?.name ?? "",
                ...(set === undefined ? {} : { maker: set }),
                ...(object.spec.paused === true ? { failure: PAUSED } : {}),
                ...split(snapshot.pods, (pod) => sets.some(({ metadata }) => isOwned(pod, metadata)), {
                    isCurrent: (pod) => set !== undefined && isOwned(pod, set),
                }),
                minReadySeconds: object.spec.minReadySeconds ?? 0,
            });
        }),
        ...snapshot.statefulSets.map((object) => {
            const revision = object.status?.updateRevision ?? "";
            return workload({
                kind: "StatefulSet",
                metadata: object.metadata,
                rollout: statefulSetRollout(object),
                revision,
                ...split(snapshot.pods, (pod) => isOwned(pod, object.metadata), {
                    isCurrent: ({ labels }) => labels?.["controller-revision-hash"] === revision,
                }),
                ordered: object.spec.podManagementPolicy !== "Parallel",
            });
        }),
        ...snapshot.daemonSets.map((object) => {
            const generation = object.metadata.annotations?.["deprecated.daemonset.template.generation"];
            return workload({
                kind: "DaemonSet",
                metadata: object.metadata,
                rollout: daemonSetRollout(object),
                revision: generation ?? "",
                ...split(snapshot.pods, (pod) => isOwned(pod, object.metadata), {
                    isCurrent: ({ labels }) =>
                        generation === undefined || labels?.["pod-template-generation"] === generation,
                }),
            });
        }),
        // A CronJob's runs come and go; they are no part of bringing the platform up.
        ...snapshot.jobs
            .filter(({ metadata }) => controller(metadata)?.kind !== "CronJob")
            .map((object) =>
                workload({
                    kind: "Job",
                    metadata: object.metadata,
                    rollout: jobRollout(object),
                    ...failedJob(object),
                    ...split(snapshot.pods, (pod) => isOwned(pod, object.metadata)),
                }),
            ),
        ...snapshot.pods
            .filter(({ metadata }) => controller(metadata) === undefined)
            .map((object) =>
                workload({
                    kind: "Pod",
                    metadata: object.metadata,
                    rollout: podRollout(object),
                    ...failedPod(object),
                    ...split([object], () => true),
                }),
            ),
    ]
        .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
        .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

const PAUSED: Failure = { what: "is paused", fix: "resume it: `kubectl rollout resume`" };

function failedJob({ metadata, status }: Job): Pick<Workload, "failure"> {
    const failed = condition(status, "Failed");
    if (failed?.status !== "True") return {};
    const what = `failed: ${[failed.reason, failed.message].filter((text) => text !== undefined).join(": ")}`;
    return {
        failure: {
            what,
            fix: `repair what its log tells, then \`kubectl -n ${metadata.namespace} delete job ${metadata.name}\` and run again`,
        },
    };
}

function failedPod({ metadata, status = {} }: Pod): Pick<Workload, "failure"> {
    if (status.phase !== "Failed") return {};
    const what = `failed: ${[status.reason, status.message].filter((text) => text !== undefined).join(": ")}`;
    return { failure: { what, fix: `see \`kubectl -n ${metadata.namespace} describe pod ${metadata.name}\`` } };
}

function controller({ ownerReferences = [] }: Metadata): Owner | undefined {
    return ownerReferences.find((owner) => owner.controller === true);
}

function workload(basics: Basics): Workload {
    const { metadata } = basics;
    return {
        name: `${metadata.namespace ?? ""}/${metadata.name}`,
        revision: "",
        pods: [],
        oldPods: [],
        ending: [],
        ordered: false,
        minReadySeconds: 0,
        ...(basics.kind === "Deployment" || basics.kind === "Pod" ? {} : { maker: metadata }),
        ...basics,
    };
}

function isOwned(metadata: Metadata, owner: Metadata): boolean {
    return owner.uid !== undefined && (metadata.ownerReferences ?? []).some(({ uid }) => uid === owner.uid);
}

function split(
    pods: readonly Pod[],
    isMine: (metadata: Metadata) => boolean,
    { isCurrent }: { readonly isCurrent: (metadata: Metadata) => boolean } = { isCurrent: () => true },
): Pick<Workload, "pods" | "oldPods" | "ending"> {
    const mine = pods.filter(({ metadata }) => isMine(metadata));
    const living = mine.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
    return {
        pods: living.filter(({ metadata }) => isCurrent(metadata)),
        oldPods: living.filter(({ metadata }) => !isCurrent(metadata)),
        ending: mine.filter(({ metadata }) => metadata.deletionTimestamp !== undefined),
    };
}

const REVISION = "deployment.kubernetes.io/revision";

/** The ReplicaSet of a Deployment's newest revision; the Deployment itself may not say yet which that is. */
function currentReplicaSet(deployment: Metadata, sets: readonly ReplicaSet[]): Metadata | undefined {
    const revision = (metadata: Metadata): number => Number(metadata.annotations?.[REVISION] ?? 0);
    const own = sets.map(({ metadata }) => metadata).filter((metadata) => isOwned(metadata, deployment));
    const named = own.find((metadata) => revision(metadata) === revision(deployment));
    return named ?? [...own].sort((a, b) => revision(b) - revision(a))[0];
}
