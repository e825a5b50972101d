import { namespaceName } from "../../components/config/namespaces";
import type { Finding, StackRule } from "../model/rule";
import { kindOf, namespaceOf, unknown, violation, type Subject } from "../model/subject";
import { at, entriesOf, isEmpty, isHidden } from "../model/value";

const MODE = ["spec", "mtls", "mode"] as const;
const PORTS = ["spec", "portLevelMtls"] as const;

/** In a mesh nobody is let in without mutual TLS. */
export const strictMtls: StackRule = {
    scope: "stack",
    name: "strict-mtls",
    title: "In a mesh, PeerAuthentication is STRICT for all of it, and no workload is let off",
    severity: "critical",
    reason: "without it a caller has no identity, and every rule that names one can be gone round in plain text",
    remediation:
        "leave the mesh-wide PeerAuthentication of components/mesh as it is; a port that must take plain text needs an exception",
    check(subjects) {
        const enrolled = subjects.filter(
            (subject) =>
                kindOf(subject) === "Namespace" &&
                at(subject.body, "metadata", "labels", "istio.io/dataplane-mode") === "ambient",
        );
        const rules = subjects.filter((subject) => kindOf(subject) === "PeerAuthentication");
        return [...rules.flatMap(ownFindings), ...meshFindings(enrolled, rules)];
    },
};

function ownFindings(rule: Subject): readonly Finding[] {
    const mode = at(rule.body, ...MODE);
    const ports = at(rule.body, ...PORTS);
    const own = isHidden(mode)
        ? [unknown(rule, MODE)]
        : mode === "STRICT"
          ? []
          : [violation(rule, MODE, "is not STRICT")];
    if (isHidden(ports)) return [...own, unknown(rule, PORTS)];
    return [
        ...own,
        ...entriesOf(ports).flatMap(([port, settings]) => {
            const path = [...PORTS, port, "mode"];
            const found = at(settings, "mode");
            if (isHidden(found)) return [unknown(rule, path, port)];
            return found === "STRICT" ? [] : [violation(rule, path, "is not STRICT", port)];
        }),
    ];
}

function meshFindings(enrolled: readonly Subject[], rules: readonly Subject[]): readonly Finding[] {
    const [first] = enrolled;
    if (first === undefined) return [];
    const meshWide = rules.filter(
        (rule) => namespaceOf(rule) === namespaceName("mesh") && isEmpty(at(rule.body, "spec", "selector")),
    );
    if (meshWide.some((rule) => at(rule.body, ...MODE) === "STRICT")) return [];
    if (meshWide.some((rule) => isHidden(at(rule.body, ...MODE)))) return [];
    const what = "is in a mesh that has no PeerAuthentication for all of it";
    return [violation(first, [], what)];
}
