import { nodeTrouble } from "./causes/node";
import { stagesOf } from "./pod-view";
import type { Facts } from "./snapshot";
import type { Workload } from "./workloads";

/**
 * What has been reached so far, as marks that are never taken back. Progress is a mark that was not there before.
 *
 * A pod's steps count by how many pods of its workload's revision have reached them, not by the pod's name: a pod that
 * is thrown out and made anew again and again reaches nothing new. So there are only so many marks, and a gate that
 * waits for the next one comes to an end.
 */
export type Marks = ReadonlySet<string>;

/** The marks that a snapshot shows. */
export function marksOf(facts: Facts, workloads: readonly Workload[]): Marks {
    const marks = new Set<string>();
    for (const node of facts.snapshot.nodes ?? []) {
        if (nodeTrouble(node) === undefined) marks.add(`node ${node.metadata.name} is well`);
    }
    for (const { metadata, status } of facts.snapshot.claims ?? []) {
        if (status?.phase === "Bound") marks.add(`claim ${metadata.namespace}/${metadata.name} is bound`);
    }
    for (const workload of workloads) {
        const { kind, name, metadata, revision, rollout } = workload;
        const prefix = `${kind} ${name} ${metadata.uid} ${metadata.generation ?? 0} ${revision}`;
        if (rollout.done) marks.add(`${prefix}: done`);
        for (const [step, count] of Object.entries(rollout.reached)) addCounts(marks, `${prefix}: ${step}`, count);
        const stages = new Map<string, number>();
        for (const pod of workload.pods.filter(({ status }) => kind === "Job" || status?.phase !== "Failed")) {
            for (const stage of stagesOf(facts, pod)) stages.set(stage, (stages.get(stage) ?? 0) + 1);
        }
        for (const [stage, count] of stages) addCounts(marks, `${prefix}: pods ${stage}`, count);
        // Fewer of the old ones is progress, too; they count down from what the workload ever had.
        marks.add(`${prefix}: ${workload.oldPods.length + workload.ending.length} old pods`);
    }
    return marks;
}

function addCounts(marks: Set<string>, what: string, count: number): void {
    for (let reached = 1; reached <= count; reached++) marks.add(`${what} ${reached}`);
}
