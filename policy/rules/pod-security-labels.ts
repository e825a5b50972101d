import type { Finding, ObjectRule } from "../model/rule";
import { hiddenAt, kindOf, violation } from "../model/subject";
import { at, isHidden } from "../model/value";

const MODES = ["enforce", "audit", "warn"] as const;

/** Every namespace enforces the strictest level of Pod Security. */
export const podSecurityLabels: ObjectRule = {
    scope: "object",
    name: "pod-security-labels",
    title: "Every namespace enforces Pod Security level restricted",
    severity: "high",
    reason: "a namespace without the labels admits any pod, privileged ones among them",
    remediation:
        "make the namespace by components/namespaces, which sets the labels; an exception needs its reason there",
    check(subject) {
        if (kindOf(subject) !== "Namespace") return [];
        return MODES.flatMap((mode): readonly Finding[] => {
            const path = ["metadata", "labels", `pod-security.kubernetes.io/${mode}`];
            const level = at(subject.body, ...path);
            if (isHidden(level)) return hiddenAt(subject, path);
            return level === "restricted" ? [] : [violation(subject, path, "is not restricted", mode)];
        });
    },
};
