import { NEXT_TRY_MS, describePod, oneLine, where, type Cause, type PodContext } from "./cause";
import type { CrashSeries } from "./crashes";
import { imageCause } from "./image";
import { missingFix, missingIn, missingText, staysMissing } from "./missing";
import { condition, time, type Container, type ContainerStatus, type Termination } from "../objects";
import { isCurrent } from "../snapshot";

/**
 * A container that was restarted this often and ended the same way each time is taken for broken: by then the kubelet
 * has waited 10, 20 and 40 seconds in between, which is longer than any of our servers needs to start.
 */
export const CRASHES = 4;

/** Reasons to wait that are steps, not obstacles. */
const STEPS: readonly string[] = ["ContainerCreating", "PodInitializing"];

/** Names what keeps one container from running; undefined when nothing does. */
export function containerCause(
    context: PodContext,
    container: Container,
    status: ContainerStatus,
    crash: CrashSeries | undefined,
): Cause | undefined {
    const waiting = status.state?.waiting;
    if (waiting?.reason === "CrashLoopBackOff" || status.state?.terminated !== undefined) {
        return crashCause(context, container, status, crash);
    }
    if (waiting?.reason === undefined || STEPS.includes(waiting.reason)) return undefined;
    const image = { name: container.name, image: container.image ?? "" };
    return imageCause(context, image, waiting) ?? creationCause(context, container, waiting);
}

/** CreateContainerConfigError, CreateContainerError, RunContainerError and whatever a runtime invents. */
function creationCause(
    { facts, workload, pod }: PodContext,
    container: Container,
    { reason = "", message = "" }: { readonly reason?: string; readonly message?: string },
): Cause {
    const { namespace } = pod.metadata;
    const text = oneLine(message);
    const missing = missingIn(message, pod.spec.volumes);
    if (missing !== undefined) {
        const gone = staysMissing(facts, namespace, missing);
        return {
            problem: {
                where: where(workload, pod, container.name),
                what: missingText(missing),
                fix: missingFix(missing, namespace),
            },
            definite: gone,
            brief: `container ${container.name}: ${gone ? missingText(missing) : "the kubelet to try again"}`,
        };
    }
    return {
        problem: {
            where: where(workload, pod, container.name),
            what: `cannot be started (${reason})${text === "" ? "" : `: ${text}`}`,
            fix: `see ${describePod(pod)}`,
        },
        // Of the rest, only a wrong configuration is known to stay: runtimes have moments of weakness.
        definite: reason === "CreateContainerConfigError" || NO_PROGRAM.test(text),
        brief: `container ${container.name}: ${reason}`,
    };
}

const NO_PROGRAM =
    /no command specified|executable file not found|exec: .*(no such file or directory|permission denied)/i;

function crashCause(
    context: PodContext,
    container: Container,
    status: ContainerStatus,
    crash: CrashSeries | undefined,
): Cause | undefined {
    const { facts, workload, pod } = context;
    const last = status.state?.terminated ?? status.lastState?.terminated;
    // An init container that ended well is done.
    if (last === undefined || (status.state?.terminated !== undefined && last.exitCode === 0)) return undefined;
    const restarts = status.restartCount ?? 0;
    const started = time(last.startedAt);
    const current = isCurrent(facts.snapshot, time(last.finishedAt)) && !hasImprovedSince(context, started);
    const neverStarts = NO_PROGRAM.test(last.message ?? "");
    const often = (crash?.same ?? restarts) >= CRASHES;
    const ending = endingText(last, container);
    return {
        problem: {
            where: where(workload, pod, container.name),
            what: `${restarts === 0 ? "ended" : `ends again and again (${times(restarts)})`}: ${ending}${livenessText(context, container)}`,
            fix: crashFix(last, container, describePod(pod)),
        },
        definite: current && (neverStarts || often),
        brief: `container ${container.name} ended: ${ending}${restarts === 0 ? "" : ` (${times(restarts)})`}`,
        log: {
            namespace: pod.metadata.namespace ?? "default",
            pod: pod.metadata.name,
            container: container.name,
            previous: status.state?.terminated === undefined,
        },
        ...(!current && often ? { patience: NEXT_TRY_MS } : {}),
    };
}

/** True when another pod became ready after a container was started: its next attempt may go better. */
function hasImprovedSince({ facts, pod }: PodContext, started: number | undefined): boolean {
    if (started === undefined) return false;
    return facts.snapshot.pods.some((other) => {
        const ready = condition(other.status, "Ready");
        return other !== pod && ready?.status === "True" && (time(ready.lastTransitionTime) ?? 0) >= started;
    });
}

/** How a container ended, in a few words. */
export function endingText({ reason, exitCode, signal, message }: Termination, container: Container): string {
    if (reason === "OOMKilled") {
        const limit = container.resources?.limits?.["memory"];
        return `out of memory${limit === undefined ? "" : ` (its limit is ${limit})`}`;
    }
    const status = signal !== undefined && signal > 0 ? `signal ${signal}` : `exit code ${exitCode ?? "unknown"}`;
    // A runtime's own message; one that the container wrote may hold anything.
    const told = reason === "StartError" || reason === "ContainerCannotRun" ? `: ${oneLine(message ?? reason)}` : "";
    return `${status}${told}`;
}

function livenessText({ facts, pod }: PodContext, container: Container): string {
    const killed = facts
        .eventsOf(pod.metadata.uid, "Killing", "Unhealthy")
        .filter(({ involvedObject }) => involvedObject.fieldPath?.endsWith(`{${container.name}}`) === true)
        .filter(({ message = "" }) => /^(Liveness|Startup) probe failed/.test(message))
        .at(-1);
    return killed === undefined ? "" : `; ${oneLine(killed.message ?? "", 200)}`;
}

function crashFix({ reason, exitCode, message = "" }: Termination, container: Container, more: string): string {
    if (reason === "OOMKilled") {
        const limit = container.resources?.limits?.["memory"];
        return `raise its memory limit${limit === undefined ? "" : ` above ${limit}`}, or give it less to do`;
    }
    if (NO_PROGRAM.test(message) || exitCode === 126 || exitCode === 127) {
        return `its image lacks the program: correct the image (hearth:images) or the command; see ${more}`;
    }
    return `repair what its log tells; see also ${more}`;
}

function times(count: number): string {
    return count === 1 ? "1 restart" : `${count} restarts`;
}
