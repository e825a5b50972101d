import { eachContainer } from "../model/pods";
import type { ObjectRule } from "../model/rule";
import { unknown, violation } from "../model/subject";
import { at, isEmpty, isHidden, itemsOf, type Value } from "../model/value";

/** No container has any of the rights that Linux has in place of root's. */
export const noAddedCapabilities: ObjectRule = {
    scope: "object",
    name: "no-added-capabilities",
    title: "Every container drops all capabilities and adds none",
    severity: "high",
    reason: "capabilities are parts of root's rights; the usual set lets a container forge packets and take files over",
    remediation: "set securityContext.capabilities to { drop: [ALL] } (RESTRICTED_CONTAINER)",
    check(subject) {
        return eachContainer(subject, ({ name, path, value }) => {
            const place = [...path, "securityContext", "capabilities"];
            const [drop, add] = ["drop", "add"].map((list): Value | undefined =>
                at(value, "securityContext", "capabilities", list),
            );
            if ([drop, add, ...itemsOf(drop)].some(isHidden)) return [unknown(subject, place, name)];
            return [
                ...(itemsOf(drop).includes("ALL")
                    ? []
                    : [violation(subject, [...place, "drop"], "does not drop ALL", name)]),
                ...(isEmpty(add) ? [] : [violation(subject, [...place, "add"], "adds capabilities", name)]),
            ];
        });
    },
};
