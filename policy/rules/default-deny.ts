import type { Finding, StackRule } from "../model/rule";
import { kindOf, nameOf, namespaceOf, unknown, violation, type Subject } from "../model/subject";
import { at, isEmpty, isHidden, itemsOf, type Value } from "../model/value";

/** Every namespace of the stack is closed in both directions but for what a policy allows. */
export const defaultDeny: StackRule = {
    scope: "stack",
    name: "default-deny",
    title: "Every namespace has a policy that selects all its pods and allows nothing, in both directions",
    severity: "critical",
    reason: "a pod that no policy selects may talk to everybody and be reached by everybody",
    remediation: "let components/flows make the policies of the namespace (closedNamespaces)",
    check(subjects) {
        const policies = subjects.filter((subject) => POLICY_KINDS.includes(kindOf(subject) ?? ""));
        return subjects.flatMap((subject): readonly Finding[] => {
            if (kindOf(subject) !== "Namespace") return [];
            const name = nameOf(subject);
            if (name === undefined) return [unknown(subject, ["metadata", "name"])];
            const own = policies.filter((policy) => namespaceOf(policy) === name).map(closes);
            if (own.includes(true)) return [];
            const undecided = own.includes(undefined) || policies.some((policy) => isNamespaceHidden(policy));
            return undecided
                ? [unknown(subject, [])]
                : [violation(subject, [], "has no policy that denies by default")];
        });
    },
};

const POLICY_KINDS: readonly string[] = ["NetworkPolicy", "CiliumNetworkPolicy"];

function isNamespaceHidden({ body }: Subject): boolean {
    return isHidden(at(body, "metadata", "namespace"));
}

/** Whether a policy closes its namespace; undefined where that cannot be seen. */
function closes(policy: Subject): boolean | undefined {
    const spec = at(policy.body, "spec");
    return kindOf(policy) === "NetworkPolicy" ? closesByKubernetes(spec) : closesByCilium(spec);
}

function closesByKubernetes(spec: Value | undefined): boolean | undefined {
    const [pods, types, ingress, egress] = ["podSelector", "policyTypes", "ingress", "egress"].map(
        (field): Value | undefined => at(spec, field),
    );
    if ([pods, types, ingress, egress].some(isHidden)) return undefined;
    const both = ["Ingress", "Egress"].every((type) => itemsOf(types).includes(type));
    return isEmpty(pods) && both && isEmpty(ingress) && isEmpty(egress);
}

/** In Cilium a direction without rules stays open, and one with empty rules is closed. */
function closesByCilium(spec: Value | undefined): boolean | undefined {
    const [pods, ingress, egress] = ["endpointSelector", "ingress", "egress"].map((field): Value | undefined =>
        at(spec, field),
    );
    if ([pods, ingress, egress].some(isHidden)) return undefined;
    const isClosed = (rules: Value | undefined): boolean => itemsOf(rules).length > 0 && itemsOf(rules).every(isEmpty);
    return pods !== undefined && isEmpty(pods) && isClosed(ingress) && isClosed(egress);
}
