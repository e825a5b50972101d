import { describePod, oneLine, where, type Cause, type PodContext } from "./cause";
import { claimCause, claimsOf } from "./claims";
import { condition, type Node, type Pod } from "../objects";
import { amounts, podRequests, quantityText } from "../quantity";

/** Names why no node takes a pod; undefined when one has. */
export function schedulingCause(context: PodContext): Cause | undefined {
    const { facts, workload, pod } = context;
    const scheduled = condition(pod.status, "PodScheduled");
    if (scheduled?.status !== "False" || pod.spec.nodeName !== undefined) return undefined;
    const message = schedulerMessage(scheduled.message ?? scheduled.reason ?? "");
    // A claim that nothing will bind is the cause behind the scheduler's words.
    const claims = claimsOf(pod)
        .map((name) => claimCause(context, name))
        .filter((cause) => cause !== undefined);
    const claim = claims.find(({ definite }) => definite) ?? (/volume|claim/i.test(message) ? claims[0] : undefined);
    if (claim !== undefined) return claim;
    const impossible = tooMuch(pod, facts.snapshot.nodes ?? []);
    // An autoscaler may bring a larger node; it tells so.
    const scaling = facts.lastEvent(pod.metadata.uid, "TriggeredScaleUp", "Nominated") !== undefined;
    return {
        problem: {
            where: where(workload, pod),
            what: `no node takes it: ${impossible ?? message}`,
            fix: impossible === undefined ? fix(message, pod) : "lower its requests, or give the nodes more",
        },
        definite: impossible !== undefined && !scaling,
        brief: `no node for pod ${pod.metadata.name}: ${impossible ?? message}`,
    };
}

/** The scheduler's reasons without what it thought about preemption. */
export function schedulerMessage(message: string): string {
    return oneLine(message)
        .replace(/\.? (no new claims to deallocate, )?preemption: .*$/, "")
        .replace(/[.,;]$/, "");
}

/** What a pod asks for that not even an empty node has; undefined when some node could take it, or nobody knows. */
export function tooMuch(pod: Pod, nodes: readonly Node[]): string | undefined {
    const requests = Object.entries(podRequests(pod.spec)).filter(([, value]) => value > 0);
    const allocatable = nodes.map(({ status }) => amounts(status?.allocatable));
    if (allocatable.length === 0) return undefined;
    const fits = allocatable.some((node) => requests.every(([resource, value]) => value <= (node[resource] ?? 0)));
    if (fits) return undefined;
    const lacking = requests
        .map(([resource, value]) => {
            const most = Math.max(...allocatable.map((node) => node[resource] ?? 0));
            return { resource, value, most };
        })
        .filter(({ value, most }) => value > most)
        .map(({ resource, value, most }) => {
            const text = (amount: number): string => quantityText(resource, amount);
            return `it asks for ${text(value)} ${resource}, and the largest node has ${text(most)}`;
        });
    return lacking.length === 0 ? "no node has all that it asks for" : lacking.join("; ");
}

function fix(message: string, pod: Pod): string {
    if (/disk-pressure/.test(message)) return "free disk space on the nodes";
    if (/memory-pressure|pid-pressure/.test(message)) return "free memory or processes on the nodes";
    if (/not-ready|unreachable|network-unavailable/.test(message)) {
        return "see why the node is not ready: `kubectl describe nodes`";
    }
    if (/Insufficient|Too many pods/.test(message)) {
        return "switch layers off (hearth:layers), add workers (hearth:workers), or give the machine more";
    }
    if (/untolerated taint/.test(message)) return "remove the taint, or add workers (hearth:workers)";
    if (/volume|claim/i.test(message)) return "see `kubectl get pv,sc` and the claim's events";
    return `see ${describePod(pod)}`;
}
