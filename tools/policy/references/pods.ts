import type { Problem } from "../../../components/config/problems";
import type { Claim, DaemonSet, Deployment, Keyed, Pod, PodSpec, Service, StatefulSet } from "../../readiness/objects";
import { unresolvedReferences } from "../../readiness/references";
import { strayServices } from "../../readiness/services";
import { Facts, type Snapshot } from "../../readiness/snapshot";
import type { Manifest } from "../manifests";
import { dangling, entriesOf, field, itemsOf, textOf, type World } from "./world";

/** A storage class that the clusters have of which Hearth makes some; Kind's own, and the simulated cluster's. */
export const STORAGE_CLASSES: readonly string[] = ["standard"];

/** What pods and Services name, by the readiness gate's own judgement of a cluster that holds what was rendered. */
export function podReferences(world: World): readonly Problem[] {
    const snapshot = snapshotOf(world);
    const missing = unresolvedReferences(snapshot.pods, new Facts(snapshot))
        // Controllers of the cluster bring them.
        .filter(({ definite }) => definite)
        .map(({ pod, place, what, fix }) => ({
            where: `${pod.metadata.namespace ?? ""}/${pod.metadata.name}, ${place}`,
            what,
            fix,
        }));
    return [...missing, ...strayServices(snapshot), ...claimReferences(world), ...headlessServices(world)];
}

/** What the cluster would hold once everything is applied. A pod stands for all that its workload makes. */
function snapshotOf(world: World): Snapshot {
    const objects = <T>(kind: string): readonly T[] =>
        world.all(kind).map((manifest) => JSON.parse(JSON.stringify(manifest)) as T);
    const workloads = world.all("Deployment", "StatefulSet", "DaemonSet", "Job");
    return {
        deployments: objects<Deployment>("Deployment"),
        statefulSets: objects<StatefulSet>("StatefulSet"),
        daemonSets: objects<DaemonSet>("DaemonSet"),
        jobs: [],
        replicaSets: [],
        pods: workloads.map(podOf),
        claims: [...objects<Claim>("PersistentVolumeClaim"), ...workloads.flatMap(claimsOf)],
        secrets: world.all("Secret").map(keyed),
        configMaps: world.all("ConfigMap").map(keyed),
        serviceAccounts: world.all("ServiceAccount").map(({ metadata }) => ({ metadata })),
        services: objects<Service>("Service"),
        storageClasses: [...STORAGE_CLASSES, ...world.all("StorageClass").map(({ metadata }) => metadata.name)].map(
            (name) => ({
                metadata: { name },
            }),
        ),
        simulated: true,
        since: 0,
    };
}

function podOf(workload: Manifest): Pod {
    const template = JSON.parse(JSON.stringify(field(workload, "spec", "template") ?? {})) as {
        readonly metadata?: { readonly labels?: Readonly<Record<string, string>> };
        readonly spec: PodSpec;
    };
    const { name, namespace } = workload.metadata;
    const labels = template.metadata?.labels ?? {};
    return { metadata: { name, labels, ...(namespace === undefined ? {} : { namespace }) }, spec: template.spec };
}

/** Claims of a StatefulSet's first pod, by the names under which its pod mounts them. */
function claimsOf(workload: Manifest): readonly Claim[] {
    return itemsOf(field(workload, "spec", "volumeClaimTemplates")).flatMap((template) => {
        const name = textOf(fieldOf(template, "metadata", "name"));
        const { namespace } = workload.metadata;
        return name === undefined
            ? []
            : [{ metadata: { name, ...(namespace === undefined ? {} : { namespace }) }, spec: {} }];
    });
}

function fieldOf(value: Parameters<typeof entriesOf>[0], ...path: readonly string[]): ReturnType<typeof field> {
    return path.reduce<ReturnType<typeof field>>((inner, key) => new Map(entriesOf(inner)).get(key), value);
}

/** Keys of a Secret or ConfigMap; unknown where they are a secret themselves. */
function keyed(manifest: Manifest): Keyed {
    const parts = ["data", "binaryData", "stringData"].map((name) => field(manifest, name));
    const hidden = parts.some((part) => typeof part === "string");
    const keys = parts.flatMap((part) => entriesOf(part).map(([key]) => key));
    return { metadata: manifest.metadata, ...(hidden ? {} : { keys }) };
}

/** Classes of claims, also of those that StatefulSets make. */
function claimReferences(world: World): readonly Problem[] {
    const known = [...STORAGE_CLASSES, ...world.all("StorageClass").map(({ metadata }) => metadata.name)];
    return world.all("PersistentVolumeClaim", "StatefulSet").flatMap((manifest) => {
        const specs =
            manifest.kind === "StatefulSet"
                ? itemsOf(field(manifest, "spec", "volumeClaimTemplates")).map((one) => fieldOf(one, "spec"))
                : [field(manifest, "spec")];
        return specs.flatMap((spec) => {
            const name = textOf(fieldOf(spec, "storageClassName"));
            // Without one, the cluster's default is taken.
            return name === undefined || name === "" || known.includes(name)
                ? []
                : [dangling(manifest, "storageClassName", `StorageClass ${name}`)];
        });
    });
}

/** The Service that gives a StatefulSet's pods their names. */
function headlessServices(world: World): readonly Problem[] {
    return world.all("StatefulSet").flatMap((manifest) => {
        const name = textOf(field(manifest, "spec", "serviceName"));
        return name === undefined || name === "" || world.has("Service", manifest.metadata.namespace, name)
            ? []
            : [dangling(manifest, "spec.serviceName", `Service ${name}`)];
    });
}
