import { labels } from "../core/labels";
import { CHILD_KINDS, MANAGED_KINDS, REFUSED_KINDS, type ApplicationKind } from "../config/application-kinds";
import { CONTROLLER, NAMESPACE, SERVER } from "./identities";

/** One rule of RBAC. */
export interface Rule {
    readonly apiGroups: readonly string[];
    readonly resources: readonly string[];
    readonly verbs: readonly string[];
}

/** What a ServiceAccount of Argo CD may do in one namespace of the applications: a Role and its binding. */
export interface ApplicationRole {
    /** Name of both objects, and the ServiceAccount's. */
    readonly account: string;
    readonly namespace: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly rules: readonly Rule[];
    readonly subject: { readonly kind: "ServiceAccount"; readonly name: string; readonly namespace: string };
}

const WATCH = ["get", "list", "watch"];
const MANAGE = [...WATCH, "create", "update", "patch", "delete"];

/**
 * The rights of Argo CD in a namespace of the applications. Elsewhere it has none, beyond what the chart gives it in
 * its own: the chart's ClusterRoles, which allow everything everywhere, are left out (`argocdValues`). So even an
 * Application in another project, or an Argo CD that was broken into, writes nothing but an application's kinds, and
 * only where applications are.
 */
export function applicationRoles(namespace: string): readonly ApplicationRole[] {
    const seen = [...CHILD_KINDS, ...REFUSED_KINDS];
    return [
        role(CONTROLLER, namespace, [...rulesFor(MANAGED_KINDS, MANAGE), ...rulesFor(seen, WATCH)]),
        // For the web page: live objects, logs and events. Changes come by git.
        role(SERVER, namespace, [
            ...rulesFor([...MANAGED_KINDS, ...CHILD_KINDS], WATCH),
            { apiGroups: [""], resources: ["events"], verbs: ["list"] },
            { apiGroups: [""], resources: ["pods/log"], verbs: ["get"] },
        ]),
    ];
}

function role(account: string, namespace: string, rules: readonly Rule[]): ApplicationRole {
    return {
        account,
        namespace,
        labels: labels(account, "gitops"),
        rules,
        subject: { kind: "ServiceAccount", name: account, namespace: NAMESPACE },
    };
}

/** One rule per API group, in the order in which groups come first. */
function rulesFor(kinds: readonly ApplicationKind[], verbs: readonly string[]): readonly Rule[] {
    const groups = [...new Set(kinds.map(({ group }) => group))];
    return groups.map((group) => ({
        apiGroups: [group],
        resources: kinds.filter((kind) => kind.group === group).map(({ resource }) => resource),
        verbs,
    }));
}
