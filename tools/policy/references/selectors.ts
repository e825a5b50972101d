import type { Problem } from "../../../components/config/problems";
import type { Value } from "../../../policy/model/value";
import { idOf, type Manifest } from "../manifests";
import { entriesOf, field, isEmpty, type World } from "./world";

/** Where kinds other than Services select pods of their namespace. */
const SELECTORS: Readonly<Record<string, readonly string[]>> = {
    NetworkPolicy: ["spec", "podSelector"],
    CiliumNetworkPolicy: ["spec", "endpointSelector"],
    PodDisruptionBudget: ["spec", "selector"],
    PeerAuthentication: ["spec", "selector"],
    AuthorizationPolicy: ["spec", "selector"],
};

/** Policies that select pods of which there are none. An empty selector means all pods, whichever come. */
export function selectorReferences(world: World, openNamespaces: readonly string[]): readonly Problem[] {
    const workloads = world.all("Deployment", "StatefulSet", "DaemonSet", "Job");
    return world.all(...Object.keys(SELECTORS)).flatMap((manifest): readonly Problem[] => {
        const selector = field(manifest, ...(SELECTORS[manifest.kind] ?? []));
        const wanted = entriesOf(new Map(entriesOf(selector)).get("matchLabels"));
        const { namespace = "" } = manifest.metadata;
        // Pods there are the users', or are made by programs in the cluster.
        if (isEmpty(selector) || wanted.length === 0 || openNamespaces.includes(namespace)) return [];
        const chosen = workloads.some(
            (workload) => workload.metadata.namespace === namespace && selects(wanted, workload),
        );
        if (chosen) return [];
        return [
            {
                where: idOf(manifest),
                what: "selects pods that no workload of its namespace makes",
                fix: "correct its labels, or leave it out where the workload is",
            },
        ];
    });
}

function selects(wanted: readonly (readonly [string, Value])[], workload: Manifest): boolean {
    const labels = new Map(entriesOf(field(workload, "spec", "template", "metadata", "labels")));
    return wanted.every(([key, value]) => labels.get(key.replace(/^(?:k8s|any):/, "")) === value);
}
