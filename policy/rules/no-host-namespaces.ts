import { podSpecOf } from "../model/pods";
import type { ObjectRule } from "../model/rule";
import { unknown, violation } from "../model/subject";
import { at, isHidden } from "../model/value";

const SHARED = ["hostNetwork", "hostPID", "hostIPC"] as const;

/** No pod is on the node's network, or sees its processes. */
export const noHostNamespaces: ObjectRule = {
    scope: "object",
    name: "no-host-namespaces",
    title: "No pod shares the node's network or processes",
    severity: "high",
    reason: "on the node's network no policy holds, and who sees the node's processes can read their secrets",
    remediation: "leave out hostNetwork, hostPID and hostIPC; what needs them needs an exception with its reason",
    check(subject) {
        const pod = podSpecOf(subject);
        if (pod === undefined) return [];
        if (isHidden(pod.value)) return [unknown(subject, pod.path)];
        return SHARED.flatMap((name) => {
            const path = [...pod.path, name];
            const value = at(pod.value, name);
            if (isHidden(value)) return [unknown(subject, path, name)];
            return value === true ? [violation(subject, path, "is true", name)] : [];
        });
    },
};
