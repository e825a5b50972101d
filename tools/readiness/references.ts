import { claimCause, claimsOf } from "./causes/claims";
import { where, type Cause, type PodContext } from "./causes/cause";
import { missingFix, missingText, type Missing } from "./causes/missing";
import type { Container, Pod, Volume } from "./objects";
import { comesByItself, type Facts, type NamedKind } from "./snapshot";

/** A reference of a pod that leads nowhere. */
export interface Unresolved {
    readonly pod: Pod;
    /** Where in the pod: `container loki`, `volume config`. */
    readonly place: string;
    /** `Secret loki-s3 is missing`. */
    readonly what: string;
    readonly fix: string;
    /** False when a controller is known to bring it soon. */
    readonly definite: boolean;
}

/** One reference as a pod makes it. */
interface PodReference extends Missing {
    readonly place: string;
}

/**
 * Every reference of the pods that a kubelet could not follow: Secrets, ConfigMaps and keys in them, ServiceAccounts,
 * pull secrets, classes, claims, and names of ports that probes go to. The simulated cluster makes pods Ready without
 * looking at any of it. What a pod calls optional may be missing.
 */
export function unresolvedReferences(pods: readonly Pod[], facts: Facts): readonly Unresolved[] {
    return pods.flatMap((pod) => [
        ...distinct(referencesOf(pod).flatMap((reference) => unresolved(pod, reference, facts))),
        ...pod.spec.containers.flatMap((container) => unknownPorts(pod, container)),
        ...(pod.spec.initContainers ?? []).flatMap((container) => unknownPorts(pod, container)),
    ]);
}

/** An object that is missing is told once, not once more for each of its keys. */
function distinct(found: readonly Unresolved[]): readonly Unresolved[] {
    return found.filter(
        ({ place, what }, index) => found.findIndex((other) => other.place === place && other.what === what) === index,
    );
}

/** The same as causes of a workload's stall; claims included. */
export function referenceCauses(context: PodContext): readonly Cause[] {
    const { facts, pod, workload } = context;
    const causes = unresolvedReferences([pod], facts).map(({ place, what, fix, definite }): Cause => ({
        problem: { where: `${where(workload, pod)}, ${place}`, what, fix },
        definite,
        brief: what,
    }));
    const claims = claimsOf(pod).map((name) => claimCause(context, name));
    return [...causes, ...claims.filter((cause) => cause !== undefined)];
}

function unresolved(pod: Pod, reference: PodReference, facts: Facts): readonly Unresolved[] {
    const { kind, name, key, place } = reference;
    const namespace = CLUSTER_WIDE.includes(kind) ? undefined : pod.metadata.namespace;
    const there = facts.find(kind, namespace, name);
    if (there !== undefined) {
        if (key === undefined || there.keys === undefined || there.keys.includes(key)) return [];
    } else if (!facts.lacks(kind, namespace, name)) return [];
    const missing: Missing =
        there === undefined ? { kind, name } : { kind, name, ...(key === undefined ? {} : { key }) };
    return [
        {
            pod,
            place,
            what: missingText(missing),
            fix: missingFix(missing, pod.metadata.namespace),
            definite: !comesByItself(kind, name),
        },
    ];
}

const CLUSTER_WIDE: readonly NamedKind[] = ["PriorityClass", "RuntimeClass", "StorageClass"];

function referencesOf({ spec }: Pod): readonly PodReference[] {
    const named = (kind: NamedKind, name: string | undefined): readonly PodReference[] =>
        name === undefined || name === "" ? [] : [{ kind, name, place: "its specification" }];
    return [
        ...named("ServiceAccount", spec.serviceAccountName),
        ...named("PriorityClass", spec.priorityClassName),
        ...named("RuntimeClass", spec.runtimeClassName),
        ...(spec.imagePullSecrets ?? []).flatMap(({ name }) => named("Secret", name)),
        ...[...(spec.initContainers ?? []), ...spec.containers].flatMap(environmentOf),
        ...(spec.volumes ?? []).flatMap(volumeReferences),
    ];
}

function environmentOf({ name: container, env = [], envFrom = [] }: Container): readonly PodReference[] {
    const place = `container ${container}`;
    const found: PodReference[] = [];
    for (const { secretRef, configMapRef } of envFrom) {
        if (secretRef !== undefined && secretRef.optional !== true) {
            found.push({ kind: "Secret", name: secretRef.name, place });
        }
        if (configMapRef !== undefined && configMapRef.optional !== true) {
            found.push({ kind: "ConfigMap", name: configMapRef.name, place });
        }
    }
    for (const { valueFrom } of env) {
        const { secretKeyRef, configMapKeyRef } = valueFrom ?? {};
        if (secretKeyRef !== undefined && secretKeyRef.optional !== true) {
            found.push({ kind: "Secret", name: secretKeyRef.name, key: secretKeyRef.key, place });
        }
        if (configMapKeyRef !== undefined && configMapKeyRef.optional !== true) {
            found.push({ kind: "ConfigMap", name: configMapKeyRef.name, key: configMapKeyRef.key, place });
        }
    }
    return found;
}

interface Source {
    readonly optional?: boolean;
    readonly items?: readonly { readonly key: string }[];
}

function volumeReferences({ name: volume, secret, configMap, projected }: Volume): readonly PodReference[] {
    const place = `volume ${volume}`;
    const found: PodReference[] = [];
    const add = (kind: NamedKind, name: string | undefined, source: Source | undefined): void => {
        if (source === undefined || name === undefined || source.optional === true) return;
        found.push({ kind, name, place });
        for (const { key } of source.items ?? []) found.push({ kind, name, key, place });
    };
    add("Secret", secret?.secretName, secret);
    add("ConfigMap", configMap?.name, configMap);
    for (const source of projected?.sources ?? []) {
        add("Secret", source.secret?.name, source.secret);
        add("ConfigMap", source.configMap?.name, source.configMap);
    }
    return found;
}

function unknownPorts(pod: Pod, container: Container): readonly Unresolved[] {
    const known = (container.ports ?? []).map(({ name }) => name);
    const actions = {
        "startup probe": container.startupProbe,
        "readiness probe": container.readinessProbe,
        "liveness probe": container.livenessProbe,
        "postStart hook": container.lifecycle?.postStart,
        "preStop hook": container.lifecycle?.preStop,
    };
    return Object.entries(actions).flatMap(([role, action]) => {
        const port = action?.httpGet?.port ?? action?.tcpSocket?.port;
        if (typeof port !== "string" || /^\d+$/.test(port) || known.includes(port)) return [];
        const what = `its ${role} goes to port ${port}, which it does not name`;
        return [
            {
                pod,
                place: `container ${container.name}`,
                what,
                fix: `name the container's port ${port}, or correct the ${role}`,
                definite: true,
            },
        ];
    });
}
