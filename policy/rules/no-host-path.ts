import { podSpecOf } from "../model/pods";
import type { ObjectRule } from "../model/rule";
import { kindOf, unknown, violation, type Subject } from "../model/subject";
import { at, isHidden, itemsOf, textOf } from "../model/value";

/** No pod has files of the node. */
export const noHostPath: ObjectRule = {
    scope: "object",
    name: "no-host-path",
    title: "No pod mounts the node's files",
    severity: "high",
    reason: "files of the node outlive the pod, are shared with strangers, and lead out of the container",
    remediation: "use an emptyDir or a claim; what must read the node needs an exception with its reason",
    check(subject) {
        return [...podFindings(subject), ...volumeFindings(subject)];
    },
};

function podFindings(subject: Subject): ReturnType<ObjectRule["check"]> {
    const pod = podSpecOf(subject);
    if (pod === undefined) return [];
    const volumes = at(pod.value, "volumes");
    if (isHidden(volumes)) return [unknown(subject, [...pod.path, "volumes"])];
    return itemsOf(volumes).flatMap((volume, index) => {
        const path = [...pod.path, "volumes", index];
        if (isHidden(volume)) return [unknown(subject, path)];
        const name = textOf(at(volume, "name")) ?? String(index);
        return at(volume, "hostPath") === undefined
            ? []
            : [violation(subject, [...path, "hostPath"], "is a path of the node", name)];
    });
}

function volumeFindings(subject: Subject): ReturnType<ObjectRule["check"]> {
    if (kindOf(subject) !== "PersistentVolume" || at(subject.body, "spec", "hostPath") === undefined) return [];
    return [violation(subject, ["spec", "hostPath"], "is a path of the node")];
}
