import { describePod, oneLine, where, type Cause, type PodContext } from "./cause";
import { missingFix, missingIn, missingText, staysMissing } from "./missing";
import { condition } from "../objects";
import { isCurrent, lastSeen } from "../snapshot";

/** Complaints about what comes before a pod's containers: its volumes, and its sandbox with the network. */
const COMPLAINTS = [
    "FailedMount",
    "FailedAttachVolume",
    "FailedMapVolume",
    "FailedCreatePodSandBox",
    "NetworkNotReady",
];

/** Steps that come after it. */
const LATER = ["Pulling", "Pulled", "Created", "Started"];

/** Names why a pod that has a node cannot have its volumes or its network; undefined when it has them. */
export function volumeCause({ facts, workload, pod }: PodContext): Cause | undefined {
    const { uid, namespace } = pod.metadata;
    if (condition(pod.status, "PodReadyToStartContainers")?.status === "True") return undefined;
    const complaint = facts.lastEvent(uid, ...COMPLAINTS);
    if (complaint === undefined) return undefined;
    const then = lastSeen(complaint);
    const later = facts.lastEvent(uid, ...LATER);
    // A complaint is not taken back when it is settled; what happened next tells.
    if (later !== undefined && (lastSeen(later) ?? 0) >= (then ?? 0)) return undefined;
    const message = complaint.message ?? "";
    const missing = missingIn(message, pod.spec.volumes);
    if (missing !== undefined) {
        const gone = staysMissing(facts, namespace, missing) && isCurrent(facts.snapshot, then);
        return {
            problem: {
                where: where(workload, pod),
                what: `cannot mount its volumes: ${missingText(missing)}`,
                fix: missingFix(missing, namespace),
            },
            definite: gone,
            brief: gone ? missingText(missing) : "the kubelet to mount its volumes",
        };
    }
    const isNetwork = complaint.reason === "FailedCreatePodSandBox" || complaint.reason === "NetworkNotReady";
    return {
        problem: {
            where: where(workload, pod),
            what: `${isNetwork ? "cannot have its sandbox" : "cannot mount its volumes"}: ${oneLine(message)}`,
            fix: isNetwork
                ? "see the cluster's network plugin (`kubectl -n kube-system get pods`)"
                : `see ${describePod(pod)}`,
        },
        definite: false,
        brief: oneLine(message, 120),
    };
}
