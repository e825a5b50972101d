import { eachContainer } from "../model/pods";
import type { ObjectRule } from "../model/rule";
import { unknown, violation } from "../model/subject";
import { at, isHidden } from "../model/value";

/** No container is privileged, or can get more rights than it began with. */
export const noPrivileged: ObjectRule = {
    scope: "object",
    name: "no-privileged",
    title: "No container is privileged or can become more than it is",
    severity: "critical",
    reason: "a privileged container is the node's administrator, and so the cluster's",
    remediation: "set securityContext.privileged and allowPrivilegeEscalation to false (RESTRICTED_CONTAINER)",
    check(subject) {
        return eachContainer(subject, ({ name, path, value }) => {
            const context = [...path, "securityContext"];
            const privileged = at(value, "securityContext", "privileged");
            const escalation = at(value, "securityContext", "allowPrivilegeEscalation");
            if (isHidden(privileged) || isHidden(escalation)) return [unknown(subject, context, name)];
            if (privileged === true) return [violation(subject, [...context, "privileged"], "is true", name)];
            return escalation === false
                ? []
                : [violation(subject, [...context, "allowPrivilegeEscalation"], "is not false", name)];
        });
    },
};
