import { eachContainer, effective } from "../model/pods";
import type { ObjectRule } from "../model/rule";
import { unknown, violation } from "../model/subject";
import { isHidden } from "../model/value";

/** No container runs as root. */
export const noRoot: ObjectRule = {
    scope: "object",
    name: "no-root",
    title: "No container runs as root",
    severity: "high",
    reason: "root in a container is root on the node as soon as anything lets it out",
    remediation: "set securityContext.runAsNonRoot to true, and a runAsUser that is not 0 (restrictedPod)",
    check(subject) {
        return eachContainer(subject, (container) => {
            const user = effective(container, "runAsUser");
            const nonRoot = effective(container, "runAsNonRoot");
            const { name } = container;
            if (user.value === 0) return [violation(subject, user.path, "is root's", name)];
            if (nonRoot.value === true) return [];
            if (isHidden(user.value) || isHidden(nonRoot.value)) return [unknown(subject, nonRoot.path, name)];
            return [violation(subject, nonRoot.path, "is not true", name)];
        });
    },
};
