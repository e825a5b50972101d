import type { ObjectRule } from "../model/rule";
import { hiddenAt, kindOf, unknown, violation } from "../model/subject";
import { at, isHidden, itemsOf } from "../model/value";

const LISTS = ["apiGroups", "resources", "verbs", "nonResourceURLs"] as const;

/** Roles name what they allow. */
export const noWildcardRbac: ObjectRule = {
    scope: "object",
    name: "no-wildcard-rbac",
    title: "Roles name each API group, resource and verb that they allow",
    severity: "high",
    reason: "what * stands for grows with every kind that is installed, Secrets of others among them",
    remediation: "list the API groups, resources and verbs that the program uses",
    check(subject) {
        const kind = kindOf(subject);
        if (kind !== "ClusterRole" && kind !== "Role") return [];
        const hidden = hiddenAt(subject, ["rules"]);
        if (hidden.length > 0) return hidden;
        return itemsOf(at(subject.body, "rules")).flatMap((rule, index) =>
            LISTS.flatMap((list) => {
                const path = ["rules", index, list];
                const found = at(rule, list);
                if (isHidden(found)) return [unknown(subject, path)];
                const wild = itemsOf(found).some((item) => typeof item === "string" && item.includes("*"));
                return wild ? [violation(subject, path, "stands for more than it names (*)", list)] : [];
            }),
        );
    },
};
