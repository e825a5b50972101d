import type { Problem } from "../../components/config/problems";
import type { Metadata, PodSpec, Service } from "./objects";
import type { Snapshot } from "./snapshot";

/** A pod, or what a workload without pods would make. */
interface Candidate {
    readonly namespace: string | undefined;
    readonly labels: Metadata["labels"];
    readonly spec: PodSpec;
}

/**
 * Services that lead nowhere: their selector matches no pod, or their port's name is none of the pods'. To be asked
 * once all pods are there. A workload that is scaled to zero counts with its template: its Service is right.
 */
export function strayServices(snapshot: Snapshot): readonly Problem[] {
    const candidates = candidatesOf(snapshot);
    return (snapshot.services ?? []).flatMap((service) => strayService(service, candidates));
}

function strayService({ metadata, spec }: Service, candidates: readonly Candidate[]): readonly Problem[] {
    const selector = Object.entries(spec.selector ?? {});
    // Without a selector somebody else says where it leads.
    if (selector.length === 0 || spec.type === "ExternalName") return [];
    const where = `Service ${metadata.namespace ?? ""}/${metadata.name}`;
    const chosen = candidates.filter(
        ({ namespace, labels }) =>
            namespace === metadata.namespace && selector.every(([label, value]) => labels?.[label] === value),
    );
    if (chosen.length === 0) {
        const text = selector.map(([label, value]) => `${label}=${value}`).join(",");
        const what = `its selector (${text}) matches no pod`;
        return [{ where, what, fix: "correct the selector, or the labels of the pods it is for" }];
    }
    const names = new Set(chosen.flatMap(({ spec: pod }) => portNames(pod)));
    return (spec.ports ?? []).flatMap(({ port, targetPort }) =>
        typeof targetPort !== "string" || /^\d+$/.test(targetPort) || names.has(targetPort)
            ? []
            : [
                  {
                      where,
                      what: `its port ${port} leads to a port named ${targetPort}, which its pods do not have`,
                      fix: `name a port of the pods ${targetPort}, or correct the Service's targetPort`,
                  },
              ],
    );
}

function portNames({ containers, initContainers = [] }: PodSpec): readonly string[] {
    return [...containers, ...initContainers].flatMap(({ ports = [] }) =>
        ports.flatMap(({ name }) => (name === undefined ? [] : [name])),
    );
}

function candidatesOf(snapshot: Snapshot): readonly Candidate[] {
    const pods = snapshot.pods
        .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
        .map(({ metadata, spec }) => ({ namespace: metadata.namespace, labels: metadata.labels, spec }));
    const workloads = [...snapshot.deployments, ...snapshot.statefulSets, ...snapshot.daemonSets];
    const templates = workloads.flatMap(({ metadata, spec }) =>
        spec.template === undefined
            ? []
            : [
                  {
                      namespace: metadata.namespace,
                      labels: spec.template.metadata?.labels,
                      spec: spec.template.spec,
                  },
              ],
    );
    return [...pods, ...templates];
}
