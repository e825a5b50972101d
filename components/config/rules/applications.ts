import { NAMESPACES } from "../namespaces";
import type { Problem } from "../problems";
import { LABEL, repetitions } from "./names";
import type { Rule } from "./rule";

const SETTING = "hearth:applicationNamespaces";

/** Namespaces that others put their own things into: Kubernetes, and Kind's storage provisioner. */
const TAKEN = ["default", "local-path-storage"];

export const applicationsFit: Rule = ({ applicationNamespaces: names }) => [
    ...names.flatMap(nameProblems),
    ...repetitions(SETTING, names),
];

function nameProblems(name: string): readonly Problem[] {
    const fix = "choose another name for the applications' namespace";
    if (!LABEL.test(name)) {
        const rule = "use at most 63 lower-case letters, digits and inner hyphens";
        return [problem(`"${name}" is not a namespace's name`, rule)];
    }
    // Also those of layers that are off: one that is turned on later would find its namespace taken.
    if (NAMESPACES.some((namespace) => namespace.name === name)) {
        return [problem(`"${name}" is a namespace of the platform's own`, fix)];
    }
    if (TAKEN.includes(name) || name.startsWith("kube-")) {
        return [problem(`"${name}" is a namespace of the cluster's own`, fix)];
    }
    return [];
}

function problem(what: string, fix: string): Problem {
    return { where: SETTING, what, fix };
}
