import { eachContainer } from "../model/pods";
import type { ObjectRule } from "../model/rule";
import { unknown, violation } from "../model/subject";
import { at, isEmpty, isHidden } from "../model/value";

/** What each container says, and why a limit of CPU is not among it: it slows a pod down on a machine that is idle. */
const WANTED = [
    ["requests", "cpu"],
    ["requests", "memory"],
    ["limits", "memory"],
] as const;

/** Every container says what it needs, and how much memory it may take. */
export const resources: ObjectRule = {
    scope: "object",
    name: "resources",
    title: "Every container has requests of CPU and memory, and a limit of memory",
    severity: "medium",
    reason: "without requests a node is filled past what it has, and without a limit one leak ends other pods",
    remediation: "set resources.requests.cpu, resources.requests.memory and resources.limits.memory",
    check(subject) {
        return eachContainer(subject, ({ name, path, value }) =>
            WANTED.flatMap((steps) => {
                const place = [...path, "resources", ...steps];
                const found = at(value, "resources", ...steps);
                if (isHidden(found)) return [unknown(subject, place, name)];
                return isEmpty(found) ? [violation(subject, place, "is not set", name)] : [];
            }),
        );
    },
};
