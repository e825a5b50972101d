import type { ProbeResult } from "../../components/cluster/probe";
import { hasPending, withoutCluster, withoutPending, type Deployment, type StateResource } from "../state/deployment";

/** What has to be done before Pulumi may run, in this order. */
export interface RecoveryPlan {
    /** The recorded cluster is there and stopped: it has to be started. */
    readonly start: boolean;
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
}

/** True for the resource whose life is the cluster's: `KindCluster` and `KwokCluster` name it so. */
export function isClusterIdentity({ urn, type }: StateResource): boolean {
    return type === "command:local:Command" && urn.endsWith("::cluster-identity");
}

/** Decides what a stack needs; nothing when all is as it was left. */
export function recoveryPlan({ probe, state, clusterName }: RecoveryFacts): RecoveryPlan {
    const known = (state?.deployment.resources ?? []).some(isClusterIdentity);
    const dead = known && (probe.state === "gone" || probe.state === "other" || probe.state === "absent");
    const clearPending = state !== undefined && hasPending(state);
    const why = "why" in probe ? probe.why : "there is no record of it";
    return {
        start: probe.state === "stopped",
        forgetCluster: dead,
        clearPending,
        notes: [
            ...(probe.state === "stopped" ? [`cluster ${clusterName} is stopped (${probe.why}): starting it`] : []),
            ...(dead ? [`cluster ${clusterName} is gone (${why}): it will be made anew, with the same passwords`] : []),
            ...(clearPending ? ["the last run was cut off in the middle: going on from what is there"] : []),
        ],
    };
}

/** The state after the plan. */
export function recoveredState(state: Deployment, plan: RecoveryPlan): Deployment {
    const alive = plan.forgetCluster ? withoutCluster(state, isClusterIdentity) : state;
    return plan.clearPending ? withoutPending(alive) : alive;
}
