import type { ExpectedDeployment } from "../../components/readiness/gate-input";
import { describePod, where, type Cause, type PodContext } from "./causes/cause";
import { containerCause } from "./causes/container";
import { countCrashes, crashKey, type Crashes } from "./causes/crashes";
import { creationCause } from "./causes/creation";
import { evictionCause, nodeCause } from "./causes/node";
import type { Pod } from "./objects";
import { containersOf, isReady, viewPod } from "./pod-view";
import { marksOf, type Marks } from "./progress";
import { referenceCauses } from "./references";
import { schedulingCause } from "./causes/scheduling";
import { strayServices } from "./services";
import { Facts, type Snapshot } from "./snapshot";
import { volumeCause } from "./causes/volume";
import { workloadsOf, type Workload } from "./workloads";

/**
 * How one workload is:
 * - `ready`: rolled out, and nothing more to wait for;
 * - `progressing`: on its way, with what it waits for;
 * - `stalled`: something is in its way; only a definite cause ends the waiting at once.
 */
export type Verdict = { readonly workload: string; readonly kind: string } & (
    | { readonly state: "ready" }
    | { readonly state: "progressing"; readonly waitsFor: string; readonly patience: number }
    | { readonly state: "stalled"; readonly causes: readonly Cause[]; readonly patience: number }
);

/** How the platform is at one moment, and what is remembered of the moments before. */
export interface Judgement {
    readonly verdicts: readonly Verdict[];
    /** What is wrong although every workload is ready. */
    readonly causes: readonly Cause[];
    /** Everything that was reached so far. */
    readonly marks: Marks;
    /** Something was reached that had not been before. */
    readonly progressed: boolean;
    readonly crashes: Crashes;
}

/**
 * Judges a snapshot, with the judgement of the one before. Looks at nothing else, the clock included.
 * @param expected Deployments that are waited for although they may not be there yet
 */
export function judge(
    snapshot: Snapshot,
    previous?: Judgement,
    expected: readonly ExpectedDeployment[] = [],
): Judgement {
    const facts = new Facts(snapshot);
    const workloads = workloadsOf(snapshot);
    const crashes = countCrashes(snapshot.pods, previous?.crashes);
    const marks = marksOf(facts, workloads);
    const before = previous?.marks ?? new Set<string>();
    const verdicts = [
        ...workloads.map((workload) => judgeWorkload(facts, workload, crashes)),
        ...absent(expected, workloads),
    ];
    const allReady = verdicts.every(({ state }) => state === "ready");
    return {
        verdicts,
        causes: allReady && snapshot.simulated ? strayServices(snapshot).map(asCause) : [],
        marks: new Set([...before, ...marks]),
        progressed: [...marks].some((mark) => !before.has(mark)),
        crashes,
    };
}

/** What is to be made by somebody in the cluster, and is not there yet. */
function absent(expected: readonly ExpectedDeployment[], workloads: readonly Workload[]): readonly Verdict[] {
    return expected
        .map(({ namespace, name, maker }) => ({ workload: `${namespace}/${name}`, maker }))
        .filter(({ workload }) => !workloads.some(({ kind, name }) => kind === "Deployment" && name === workload))
        .map(({ workload, maker }) => ({
            workload,
            kind: "Deployment",
            state: "progressing",
            waitsFor: `${maker} to make it`,
            patience: 0,
        }));
}

function asCause(problem: Cause["problem"]): Cause {
    return { problem, definite: true, brief: `${problem.where}: ${problem.what}` };
}

function judgeWorkload(facts: Facts, workload: Workload, crashes: Crashes): Verdict {
    const { kind, name, rollout } = workload;
    const named = { workload: name, kind };
    // Until the controller has seen the specification, pods are those of another one.
    if (!rollout.observed) return { ...named, state: "progressing", waitsFor: rollout.waitsFor, patience: 0 };
    const simulated = facts.snapshot.simulated ? simulatedCauses(facts, workload) : [];
    if (rollout.done && simulated.length === 0) return { ...named, state: "ready" };
    const waiting = workload.pods.filter((pod) => !isReady(pod));
    const causes = distinct([
        ...failureCauses(workload),
        ...simulated,
        ...[creationCause(facts, workload)].filter((cause) => cause !== undefined),
        ...waiting.flatMap((pod) => podCauses({ facts, workload, pod }, crashes)),
        ...trappedBehind(facts, workload, crashes),
    ]);
    const views = waiting.filter(({ status }) => status?.phase !== "Failed").map((pod) => viewPod({ facts, pod }));
    const patience = Math.max(
        0,
        ...views.map((view) => view.patience),
        ...causes.map((cause) => cause.patience ?? 0),
        ...workload.ending.map(graceMs),
        // Ready pods that do not count yet.
        1000 * workload.minReadySeconds,
    );
    if (causes.length > 0) return { ...named, state: "stalled", causes, patience };
    return { ...named, state: "progressing", waitsFor: views[0]?.waitsFor ?? rollout.waitsFor, patience };
}

function failureCauses(workload: Workload): readonly Cause[] {
    const { failure, pods } = workload;
    if (failure === undefined || workload.rollout.done) return [];
    const failed = pods.filter(({ status }) => status?.phase === "Failed").at(-1);
    const container = failed?.spec.containers[0]?.name;
    return [
        {
            problem: { where: where(workload), ...failure },
            definite: true,
            brief: failure.what,
            ...(failed === undefined || container === undefined
                ? {}
                : {
                      log: {
                          namespace: failed.metadata.namespace ?? "default",
                          pod: failed.metadata.name,
                          container,
                          previous: false,
                      },
                  }),
        },
    ];
}

/** What a kubelet would have complained about. */
function simulatedCauses(facts: Facts, workload: Workload): readonly Cause[] {
    return workload.pods
        .filter(({ status }) => status?.phase !== "Succeeded" && status?.phase !== "Failed")
        .flatMap((pod) => referenceCauses({ facts, workload, pod }));
}

/** Everything that keeps one pod from being ready. */
function podCauses(context: PodContext, crashes: Crashes): readonly Cause[] {
    const { pod } = context;
    const eviction = evictionCause(context);
    if (eviction !== undefined) return [eviction];
    const scheduling = schedulingCause(context);
    if (scheduling !== undefined) return [scheduling];
    const containers = containersOf(pod).map(({ container, status }) =>
        status === undefined
            ? undefined
            : containerCause(context, container, status, crashes.get(crashKey(pod, container.name))),
    );
    return [volumeCause(context), ...containers, nodeCause(context)].filter((cause) => cause !== undefined);
}

/**
 * A StatefulSet that replaces its pods in order waits for the old one to become ready before it replaces it, also when
 * that never happens (kubernetes/kubernetes#67250): a corrected image alone does not help then.
 */
function trappedBehind(facts: Facts, workload: Workload, crashes: Crashes): readonly Cause[] {
    if (workload.kind !== "StatefulSet" || !workload.ordered) return [];
    return workload.oldPods
        .filter((pod) => !isReady(pod))
        .flatMap((pod) => podCauses({ facts, workload, pod }, crashes).map((cause) => trapped(pod, cause)));
}

function trapped(pod: Pod, { problem, definite, brief, patience }: Cause): Cause {
    const { namespace, name } = pod.metadata;
    return {
        problem: {
            where: problem.where,
            what: `the pod of the old revision is in the way: ${problem.what}`,
            fix: `\`kubectl -n ${namespace} delete pod ${name}\`; its StatefulSet then makes the new one (kubernetes/kubernetes#67250); see also ${describePod(pod)}`,
        },
        definite,
        brief: `the old ${brief}`,
        ...(patience === undefined ? {} : { patience }),
    };
}

/** How long a pod may take to end, and a little for the kubelet to tell. */
function graceMs({ metadata }: Pod): number {
    return 1000 * ((metadata.deletionGracePeriodSeconds ?? 30) + 30);
}

/** Pods of one workload tend to have the same trouble; it is told once. */
function distinct(causes: readonly Cause[]): readonly Cause[] {
    return causes.filter(
        ({ problem }, index) => causes.findIndex((other) => plain(other) === plain({ problem })) === index,
    );

    function plain({ problem: { where: place, what } }: Pick<Cause, "problem">): string {
        return `${place.replace(/, pod [^,]+/, "")} ${what}`;
    }
}
