import { oneLine, where, type Cause, type PodContext } from "./cause";
import { condition, type Node } from "../objects";

const PRESSURES: Readonly<Record<string, string>> = {
    DiskPressure: "free disk space on it",
    MemoryPressure: "free memory on it",
    PIDPressure: "end processes on it",
    NetworkUnavailable: "see the cluster's network plugin (`kubectl -n kube-system get pods`)",
};

/** What is wrong with a node; undefined when it is well. */
export function nodeTrouble({ status }: Node): { readonly what: string; readonly fix: string } | undefined {
    const ready = condition(status, "Ready");
    if (ready?.status !== "True") {
        const why = [ready?.reason, ready?.message].filter((text) => text !== undefined && text !== "").join(": ");
        return {
            what: `is not ready${why === "" ? "" : ` (${oneLine(why)})`}`,
            fix: "see `kubectl describe node` and the kubelet's log",
        };
    }
    for (const [type, fix] of Object.entries(PRESSURES)) {
        const found = condition(status, type);
        if (found?.status !== "True") continue;
        return { what: `has ${type}${found.message === undefined ? "" : ` (${oneLine(found.message)})`}`, fix };
    }
    return undefined;
}

/** Names what is wrong with the node of a pod that is not ready. */
export function nodeCause({ facts, workload, pod }: PodContext): Cause | undefined {
    const node = facts.snapshot.nodes?.find(({ metadata }) => metadata.name === pod.spec.nodeName);
    const trouble = node === undefined ? undefined : nodeTrouble(node);
    if (trouble === undefined) return undefined;
    const name = pod.spec.nodeName ?? "";
    return {
        problem: { where: where(workload, pod), what: `its node ${name} ${trouble.what}`, fix: trouble.fix },
        definite: false,
        brief: `node ${name} ${trouble.what}`,
    };
}

/** Names why a pod was thrown out by its node; the workload makes another one, which may fare the same. */
export function evictionCause({ workload, pod }: PodContext): Cause | undefined {
    const { phase, reason, message } = pod.status ?? {};
    if (phase !== "Failed" || workload.kind === "Job" || workload.kind === "Pod") return undefined;
    const text = oneLine([reason, message].filter((part) => part !== undefined).join(": "));
    const fix = reason === "Evicted" ? "free what the node ran short of, or lower what the pods use" : "see the node";
    return {
        problem: { where: where(workload, pod), what: `was thrown out by its node: ${text}`, fix },
        definite: false,
        brief: `pod ${pod.metadata.name} was thrown out: ${oneLine(text, 120)}`,
    };
}
