import { condition, type DaemonSet, type Deployment, type Job, type Pod, type StatefulSet } from "./objects";

/** How far a workload is, as `kubectl rollout status` judges it. */
export interface Rollout {
    readonly done: boolean;
    /** The controller has seen the newest specification; before that, pods tell nothing. */
    readonly observed: boolean;
    /** What it waits for; empty when it is done. */
    readonly waitsFor: string;
    /** Steps that were reached, each with how many pods reached it. */
    readonly reached: Readonly<Record<string, number>>;
}

const DONE = { done: true, observed: true, waitsFor: "" } as const;
const UNOBSERVED: Rollout = {
    done: false,
    observed: false,
    waitsFor: "its controller to see the new specification",
    reached: {},
};

function waiting(waitsFor: string, reached: Rollout["reached"]): Rollout {
    return { done: false, observed: true, waitsFor, reached };
}

function seen({ generation = 0 }: { readonly generation?: number }, observedGeneration = 0): boolean {
    return observedGeneration > 0 && generation <= observedGeneration;
}

/** Judges a Deployment. A missed progress deadline is none of ours: the gate has its own measure of progress. */
export function deploymentRollout({ metadata, spec, status = {} }: Deployment): Rollout {
    if (!seen(metadata, status.observedGeneration)) return UNOBSERVED;
    const { replicas = 0, updatedReplicas: updated = 0, availableReplicas: available = 0 } = status;
    const wanted = spec.replicas ?? 1;
    const reached = { observed: 1, updated, available };
    if (updated < wanted) return waiting(`${updated} of ${wanted} new pods made`, reached);
    if (replicas > updated) return waiting(`${pods(replicas - updated)} of the old revision to end`, reached);
    if (available < updated) return waiting(`${available} of ${updated} pods available`, reached);
    return { ...DONE, reached };
}

/** Judges a StatefulSet; with strategy OnDelete, where kubectl has no answer, by its ready pods alone. */
export function statefulSetRollout({ metadata, spec, status = {} }: StatefulSet): Rollout {
    if (!seen(metadata, status.observedGeneration)) return UNOBSERVED;
    const { readyReplicas: ready = 0, updatedReplicas: updated = 0 } = status;
    const wanted = spec.replicas ?? 1;
    const reached = { observed: 1, updated, ready };
    if (ready < wanted) return waiting(`${ready} of ${wanted} pods ready`, reached);
    if (spec.updateStrategy?.type === "OnDelete") return { ...DONE, reached };
    const toUpdate = Math.max(0, wanted - (spec.updateStrategy?.rollingUpdate?.partition ?? 0));
    if (updated < toUpdate) return waiting(`${updated} of ${toUpdate} pods updated`, reached);
    return { ...DONE, reached };
}

/** Judges a DaemonSet; with strategy OnDelete, where kubectl has no answer, by its available pods alone. */
export function daemonSetRollout({ metadata, spec, status = {} }: DaemonSet): Rollout {
    if (!seen(metadata, status.observedGeneration)) return UNOBSERVED;
    const { desiredNumberScheduled: wanted = 0, updatedNumberScheduled: updated = 0 } = status;
    const { numberAvailable: available = 0 } = status;
    const reached = { observed: 1, updated, available };
    if (spec.updateStrategy?.type !== "OnDelete" && updated < wanted) {
        return waiting(`${updated} of ${wanted} pods updated`, reached);
    }
    if (available < wanted) return waiting(`${available} of ${wanted} pods available`, reached);
    return { ...DONE, reached };
}

/** Judges a Job: it has to complete, unless it is suspended. A failed one is not done. */
export function jobRollout({ spec, status = {} }: Job): Rollout {
    const reached = { observed: status.active === undefined ? 0 : 1, succeeded: status.succeeded ?? 0 };
    if (condition(status, "Complete")?.status === "True" || spec.suspend === true) return { ...DONE, reached };
    return waiting(`${status.succeeded ?? 0} of ${spec.completions ?? 1} runs complete`, reached);
}

/** Judges a pod that belongs to no workload. */
export function podRollout({ status = {} }: Pod): Rollout {
    const ready = condition(status, "Ready")?.status === "True";
    if (ready || status.phase === "Succeeded") return { ...DONE, reached: { observed: 1 } };
    return waiting("it to be ready", { observed: 1 });
}

function pods(count: number): string {
    return count === 1 ? "1 pod" : `${count} pods`;
}
