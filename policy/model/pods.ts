import type { Finding } from "./rule";
import { kindOf, unknown, type Subject } from "./subject";
import { at, isHidden, itemsOf, textOf, type Value } from "./value";

type Path = readonly (string | number)[];

/** Where kinds that make pods have what their pods are. */
const POD_PATHS: Readonly<Record<string, Path>> = {
    Pod: ["spec"],
    Deployment: ["spec", "template", "spec"],
    StatefulSet: ["spec", "template", "spec"],
    DaemonSet: ["spec", "template", "spec"],
    ReplicaSet: ["spec", "template", "spec"],
    Job: ["spec", "template", "spec"],
    CronJob: ["spec", "jobTemplate", "spec", "template", "spec"],
};

const CONTAINER_LISTS = ["initContainers", "containers"] as const;

/** The specification of the pods that an object makes. */
export interface PodSpec {
    readonly path: Path;
    readonly value: Value | undefined;
}

/** The specification of the pods that an object makes; undefined when it makes none. */
export function podSpecOf(subject: Subject): PodSpec | undefined {
    const path = POD_PATHS[kindOf(subject) ?? ""];
    return path === undefined ? undefined : { path, value: at(subject.body, ...path) };
}

/** A container of an object's pods. */
export interface Container {
    readonly name: string;
    readonly path: Path;
    readonly value: Value;
    readonly pod: PodSpec;
}

/** What a rule says of one value of a container or its pod, by the path within. */
export type Look = (container: Container) => readonly Finding[];

/** Judges every container of an object's pods; what hides containers is told as unknown. */
export function eachContainer(subject: Subject, look: Look): readonly Finding[] {
    const pod = podSpecOf(subject);
    if (pod === undefined) return [];
    if (isHidden(pod.value)) return [unknown(subject, pod.path)];
    return CONTAINER_LISTS.flatMap((list) => {
        const path = [...pod.path, list];
        const found = at(pod.value, list);
        if (isHidden(found)) return [unknown(subject, path)];
        return itemsOf(found).flatMap((value, index) => {
            if (isHidden(value)) return [unknown(subject, [...path, index])];
            const name = textOf(at(value, "name")) ?? String(index);
            return look({ name, path: [...path, index], value, pod });
        });
    });
}

/** Where a setting of a container stands: in its own security context, else in its pod's. */
export interface Effective {
    readonly path: Path;
    readonly value: Value | undefined;
}

/** What counts for a container where its security context says nothing and its pod's may. */
export function effective({ path, value, pod }: Container, setting: string): Effective {
    const own = at(value, "securityContext", setting);
    if (own !== undefined && own !== null) return { path: [...path, "securityContext", setting], value: own };
    const inherited = at(pod.value, "securityContext", setting);
    if (inherited === undefined || inherited === null) {
        return { path: [...path, "securityContext", setting], value: undefined };
    }
    return { path: [...pod.path, "securityContext", setting], value: inherited };
}
