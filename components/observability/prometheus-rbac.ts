import type { ClusterRoleArgs } from "@pulumi/kubernetes/rbac/v1/clusterRole";
import type { ClusterRoleBindingArgs } from "@pulumi/kubernetes/rbac/v1/clusterRoleBinding";
import { namespaceName } from "../config/namespaces";
import { hasLayer, type PlatformConfig } from "../config/schema";
import { labels } from "../core/labels";
import { KUBE_STATE_METRICS, WATCHED } from "./exporter-values";
import { PROMETHEUS } from "./prometheus-values";

/** What a ServiceAccount of the chart may do in the whole cluster. */
export interface ClusterAccess {
    /** Name of the ServiceAccount in the namespace `observability`. */
    readonly account: string;
    readonly role: ClusterRoleArgs;
    readonly binding: ClusterRoleBindingArgs;
}

type Rules = ClusterRoleArgs["rules"];

/** Discovery of pods, Services and nodes, and the kubelets' metrics. The chart's own role reads ConfigMaps beside. */
const DISCOVERY: Rules = [
    { apiGroups: [""], resources: ["nodes", "pods", "services"], verbs: ["list", "watch"] },
    { apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs: ["list", "watch"] },
    { apiGroups: [""], resources: ["nodes/metrics"], verbs: ["get"] },
];

/** One rule per API group with exactly what kube-state-metrics is told to watch. */
const WATCHES: Rules = [...new Set(WATCHED.map(({ apiGroup }) => apiGroup))].map((apiGroup) => ({
    apiGroups: [apiGroup],
    resources: WATCHED.filter((watched) => watched.apiGroup === apiGroup).map(({ resource }) => resource),
    verbs: ["list", "watch"],
}));

/**
 * Access of the chart's programs to the whole cluster: smaller than what the chart would give, and under names that
 * no other Prometheus of an existing cluster has.
 */
export function clusterAccess(settings: Pick<PlatformConfig, "layers">): readonly ClusterAccess[] {
    return [
        access(PROMETHEUS, DISCOVERY),
        ...(hasLayer(settings, "kube-state-metrics") ? [access(KUBE_STATE_METRICS, WATCHES)] : []),
    ];
}

function access(account: string, rules: Rules): ClusterAccess {
    const metadata = { name: `hearth-${account}`, labels: { ...labels(account) } };
    return {
        account,
        role: { metadata, rules },
        binding: {
            metadata,
            roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: metadata.name },
            subjects: [{ kind: "ServiceAccount", name: account, namespace: namespaceName("observability") }],
        },
    };
}
