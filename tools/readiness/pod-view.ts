import { oneLine, type PodContext } from "./causes/cause";
import { statusesOf } from "./causes/crashes";
import { condition, time, type Container, type ContainerStatus, type Pod } from "./objects";
import { lastSeen, type Facts } from "./snapshot";

/** What a pod that is not ready waits for, when nothing is wrong with it. */
export interface PodView {
    readonly waitsFor: string;
    /** How long it may rightly stay as it is, in milliseconds; 0 when there is no reason for more than usual. */
    readonly patience: number;
}

/**
 * A pull shows nothing until it ends. That is no standstill: containerd gives up on its own when no byte has come for
 * 5 minutes, and kubelets pull one image after the other. So this only bounds a runtime that does not watch its pulls:
 * 1 GB at 1 MB/s. Milliseconds.
 */
export const PULL_MS = 1_000_000;

/** Containers of a pod with their statuses, in the order in which they start. */
export function containersOf(
    pod: Pod,
): readonly { readonly container: Container; readonly status: ContainerStatus | undefined; readonly init: boolean }[] {
    const statuses = statusesOf(pod);
    const init = pod.spec.initContainers ?? [];
    return [...init, ...pod.spec.containers].map((container, index) => ({
        container,
        status: statuses.find(({ name }) => name === container.name),
        init: index < init.length && container.restartPolicy !== "Always",
    }));
}

/** True when a pod serves, or has done its work. */
export function isReady({ status }: Pod): boolean {
    return condition(status, "Ready")?.status === "True" || status?.phase === "Succeeded";
}

/** Looks at a pod that is not ready. */
export function viewPod({ facts, pod }: Pick<PodContext, "facts" | "pod">): PodView {
    const { name } = pod.metadata;
    if (pod.spec.nodeName === undefined) return { waitsFor: `a node for pod ${name}`, patience: 0 };
    for (const { container, status, init } of containersOf(pod)) {
        const view = init ? viewInit(facts, pod, container, status) : viewContainer(facts, pod, container, status);
        if (view !== undefined) return view;
    }
    const gate = (pod.status?.conditions ?? []).find(
        ({ type, status }) => status === "False" && !STANDARD.includes(type),
    );
    return { waitsFor: `pod ${name}: ${gate === undefined ? "to be ready" : `condition ${gate.type}`}`, patience: 0 };
}

const STANDARD = ["Ready", "ContainersReady", "Initialized", "PodScheduled", "PodReadyToStartContainers"];

function viewInit(facts: Facts, pod: Pod, container: Container, status?: ContainerStatus): PodView | undefined {
    if (status?.state?.terminated?.exitCode === 0) return undefined;
    if (status?.state?.running !== undefined) {
        return { waitsFor: `init container ${container.name} to end`, patience: 0 };
    }
    return viewStart(facts, pod, container);
}

function viewContainer(facts: Facts, pod: Pod, container: Container, status?: ContainerStatus): PodView | undefined {
    if (status?.ready === true) return undefined;
    if (status?.state?.running === undefined) return viewStart(facts, pod, container);
    const failure = probeFailure(facts, pod, container, time(status.state.running.startedAt));
    return {
        waitsFor: `container ${container.name} not ready${failure === undefined ? "" : ` (${failure})`}`,
        patience: probePatience(container),
    };
}

function viewStart(facts: Facts, pod: Pod, container: Container): PodView {
    if (isPulling(facts, pod, container.name)) {
        return { waitsFor: `container ${container.name}: image ${container.image ?? ""} is pulled`, patience: PULL_MS };
    }
    return { waitsFor: `container ${container.name} to start`, patience: 0 };
}

/** True when the last that was heard of a container's image is that it is being pulled. */
export function isPulling(facts: Facts, pod: Pod, container: string): boolean {
    const events = facts
        .eventsOf(pod.metadata.uid, "Pulling", "Pulled", "Failed", "BackOff", "Created")
        .filter(({ involvedObject }) => involvedObject.fieldPath?.endsWith(`{${container}}`) === true);
    const pulling = events.filter(({ reason }) => reason === "Pulling").at(-1);
    if (pulling === undefined) return false;
    const began = lastSeen(pulling) ?? 0;
    return events.every((event) => event.reason === "Pulling" || (lastSeen(event) ?? 0) < began);
}

/** Time that a container's probes leave it before they decide, in milliseconds. */
function probePatience({ startupProbe, readinessProbe }: Container): number {
    const startup =
        startupProbe === undefined
            ? 0
            : (startupProbe.initialDelaySeconds ?? 0) +
              (startupProbe.periodSeconds ?? 10) * (startupProbe.failureThreshold ?? 3);
    return 1000 * (startup + (readinessProbe?.initialDelaySeconds ?? 0));
}

/** What a container's probe said last, since the container runs: `readiness probe: 503`. */
function probeFailure(facts: Facts, pod: Pod, container: Container, started: number | undefined): string | undefined {
    const event = facts
        .eventsOf(pod.metadata.uid, "Unhealthy")
        .filter(({ involvedObject }) => involvedObject.fieldPath?.endsWith(`{${container.name}}`) === true)
        .at(-1);
    if (event === undefined || (lastSeen(event) ?? 0) < (started ?? 0)) return undefined;
    return probeText(event.message ?? "");
}

/** A kubelet's message about a probe, shortened. */
export function probeText(message: string): string {
    const [, probe = "", rest = ""] = /^(Readiness|Liveness|Startup) probe failed: ?(.*)$/s.exec(message) ?? [];
    if (probe === "") return oneLine(message, 120);
    const status = /^HTTP probe failed with statuscode: (\d+)/.exec(rest)?.[1];
    // `Get "http://10.244.0.7:3100/ready": dial tcp 10.244.0.7:3100: connect: connection refused`
    const connection = /^Get "[^"]*": (?:dial tcp \S+: )?(?:connect: )?(.*)$/s.exec(rest)?.[1];
    return `${probe.toLowerCase()} probe: ${oneLine(status ?? connection ?? rest, 120)}`;
}

/** Steps that a pod has reached on its way. None of them can be lost by trying again, so that they measure progress. */
export function stagesOf(facts: Facts, pod: Pod): readonly string[] {
    const { status, spec, metadata } = pod;
    const happened = (reason: string, container: string): boolean =>
        facts
            .eventsOf(metadata.uid, reason)
            .some(({ involvedObject }) => involvedObject.fieldPath?.endsWith(`{${container}}`) === true);
    const stages = ["made"];
    if (spec.nodeName !== undefined) stages.push("scheduled");
    if (condition(status, "PodReadyToStartContainers")?.status === "True") stages.push("sandbox");
    for (const { container, status: own } of containersOf(pod)) {
        const started =
            own?.state?.running !== undefined || own?.state?.terminated !== undefined || (own?.restartCount ?? 0) > 0;
        const pulled = started || happened("Pulled", container.name);
        if (pulled || happened("Pulling", container.name)) stages.push(`pulling ${container.name}`);
        if (pulled) stages.push(`pulled ${container.name}`);
        if (started) stages.push(`started ${container.name}`);
        if (own?.ready === true || own?.state?.terminated?.exitCode === 0) stages.push(`ready ${container.name}`);
    }
    if (isReady(pod)) stages.push("ready");
    return stages;
}
