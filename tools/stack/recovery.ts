import type { ProbeResult } from "../../components/cluster/probe";
import { hasPending, withoutCluster, withoutPending, type Deployment, type StateResource } from "../state/deployment";

/** What has to be done before Pulumi may run, in this order. */
export interface RecoveryPlan {
    /** The recorded cluster is there and stopped: it has to be started. */
    readonly start: boolean;
    /** A simulated cluster of this checkout that the state does not know: it has to go, with all that is in it. */
    readonly removeStray: boolean;
    /** What the state says of the inside of a cluster is not true any more. */
    readonly forgetCluster: boolean;
    /** A run was cut off in the middle of an operation. */
    readonly clearPending: boolean;
    /** Lines for a person, one for each thing that is done. */
    readonly notes: readonly string[];
}

/** What is seen of a stack before a run. */
export interface RecoveryFacts {
    readonly probe: ProbeResult;
    /** `undefined` when the stack has no state. */
    readonly state: Deployment | undefined;
    readonly clusterName: string;
    /** Absolute path of the project. */
    readonly checkout: string;
}

/** True for the resource whose life is the cluster's: `KindCluster` and `KwokCluster` name it so. */
export function isClusterIdentity({ urn, type }: StateResource): boolean {
    return type === "command:local:Command" && urn.endsWith("::cluster-identity");
}

/** True where a state has a cluster of its own; `undefined` is the state of a stack that has none. */
export function knowsCluster(state: Deployment | undefined): boolean {
    return (state?.deployment.resources ?? []).some(isClusterIdentity);
}

/** Decides what a stack needs; nothing when all is as it was left. */
export function recoveryPlan({ probe, state, clusterName, checkout }: RecoveryFacts): RecoveryPlan {
    const known = knowsCluster(state);
    const dead = known && (probe.state === "gone" || probe.state === "other" || probe.state === "absent");
    const stray = !known && isOwnSimulation(probe, checkout);
    const stopped = probe.state === "stopped" && !stray;
    const clearPending = state !== undefined && hasPending(state);
    const why = "why" in probe ? probe.why : "there is no record of it";
    return {
        start: stopped,
        removeStray: stray,
        forgetCluster: dead,
        clearPending,
        notes: [
            ...(stopped ? [`cluster ${clusterName} is stopped (${why}): starting it`] : []),
            ...(stray ? [`the state does not know the simulated cluster ${clusterName}: it will be made anew`] : []),
            ...(dead ? [`cluster ${clusterName} is gone (${why}): it will be made anew, with the same passwords`] : []),
            ...(clearPending ? ["the last run was cut off in the middle: going on from what is there"] : []),
        ],
    };
}

/** One that holds nothing worth keeping, so that it may go where a run was killed that writes its state at its end. */
function isOwnSimulation(probe: ProbeResult, checkout: string): boolean {
    return probe.state !== "absent" && probe.record.provider === "kwok" && probe.record.checkout === checkout;
}

/** The state after the plan. */
export function recoveredState(state: Deployment, plan: RecoveryPlan): Deployment {
    const alive = plan.forgetCluster ? withoutCluster(state, isClusterIdentity) : state;
    return plan.clearPending ? withoutPending(alive) : alive;
}
