import type { ObjectRule } from "../model/rule";
import { kindOf, unknown, violation } from "../model/subject";
import { at, isHidden, itemsOf, textOf } from "../model/value";

/** Groups that everybody is in, or that may do everything. */
const GROUPS = ["system:masters", "system:authenticated", "system:unauthenticated", "system:serviceaccounts"];

/** Nobody is made the cluster's administrator, and no right is given to everybody. */
export const noClusterAdmin: ObjectRule = {
    scope: "object",
    name: "no-cluster-admin",
    title: "No binding makes somebody the cluster's administrator, or gives a right to everybody",
    severity: "critical",
    reason: "who takes over one such account has the cluster, with every Secret in it",
    remediation: "bind a role of its own, with the verbs and resources that are used, to one ServiceAccount",
    check(subject) {
        const kind = kindOf(subject);
        if (kind !== "ClusterRoleBinding" && kind !== "RoleBinding") return [];
        const role = at(subject.body, "roleRef", "name");
        const subjects = at(subject.body, "subjects");
        return [
            ...(isHidden(role) ? [unknown(subject, ["roleRef", "name"])] : []),
            ...(isHidden(subjects) ? [unknown(subject, ["subjects"])] : []),
            ...(role === "cluster-admin" ? [violation(subject, ["roleRef", "name"], "is cluster-admin")] : []),
            ...itemsOf(subjects).flatMap((one, index) => {
                const path = ["subjects", index, "name"];
                const name = at(one, "name");
                if (isHidden(name)) return [unknown(subject, path)];
                const anybody = GROUPS.includes(textOf(name) ?? "") || name === "system:anonymous";
                return anybody ? [violation(subject, path, "is a group of everybody, or of administrators")] : [];
            }),
        ];
    },
};
