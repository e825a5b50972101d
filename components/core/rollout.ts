import type * as pulumi from "@pulumi/pulumi";
import type { Release } from "@pulumi/kubernetes/helm/v3/release";

/** Something that makes pods, for the readiness gate: what to wait for, and what tells that pods may have changed. */
export interface Rollout {
    /** Once it is there, its workloads are. Their pods need not run yet. */
    readonly resource: pulumi.Resource;
    /** Another value after each change; unknown in a preview that changes it. */
    readonly generation: pulumi.Output<number>;
}

/** The rollout of a Helm release: its revision counts installs and upgrades. */
export function releaseRollout(release: Release): Rollout {
    return { resource: release, generation: release.status.revision };
}

/** What workloads of our own have in common. */
type Workload = pulumi.Resource & { readonly metadata: pulumi.Output<{ readonly generation: number }> };

/** The rollout of a workload of our own: its generation counts changes of its specification. */
export function workloadRollout(workload: Workload): Rollout {
    return { resource: workload, generation: workload.metadata.generation };
}
