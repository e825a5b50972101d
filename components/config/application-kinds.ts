/** A kind of object in the namespaces of the applications. */
export interface ApplicationKind {
    /** API group; empty for Kubernetes' core. */
    readonly group: string;
    readonly kind: string;
    /** Name in the API's paths and in rules of RBAC. */
    readonly resource: string;
}

function kind(group: string, name: string, resource: string): ApplicationKind {
    return { group, kind: name, resource };
}

/**
 * What an application may consist of; everything else in its folder is refused.
 *
 * Not among them, on purpose: Secrets, which in git everybody could read who may read the repository; bare pods; and
 * whatever says who may reach or do something (roles, policies of network and mesh, waypoints), since an application
 * could open itself with that.
 */
export const MANAGED_KINDS: readonly ApplicationKind[] = [
    kind("apps", "Deployment", "deployments"),
    kind("apps", "StatefulSet", "statefulsets"),
    kind("apps", "DaemonSet", "daemonsets"),
    kind("batch", "Job", "jobs"),
    kind("batch", "CronJob", "cronjobs"),
    kind("", "Service", "services"),
    kind("", "ConfigMap", "configmaps"),
    kind("", "PersistentVolumeClaim", "persistentvolumeclaims"),
    kind("", "ServiceAccount", "serviceaccounts"),
    kind("autoscaling", "HorizontalPodAutoscaler", "horizontalpodautoscalers"),
    kind("policy", "PodDisruptionBudget", "poddisruptionbudgets"),
    kind("traefik.io", "IngressRoute", "ingressroutes"),
    kind("traefik.io", "Middleware", "middlewares"),
    kind("gateway.networking.k8s.io", "HTTPRoute", "httproutes"),
    kind("gateway.networking.k8s.io", "GRPCRoute", "grpcroutes"),
];

/** What controllers make of those; Argo CD judges an application's health by it. */
export const CHILD_KINDS: readonly ApplicationKind[] = [
    kind("", "Pod", "pods"),
    kind("apps", "ReplicaSet", "replicasets"),
    kind("apps", "ControllerRevision", "controllerrevisions"),
];

/**
 * Kinds that other charts and manifests often bring along. Argo CD must be able to look for them before it gets as far
 * as to say that they are not permitted in the project; of kinds that it may not even look for, it reports what the
 * API server says.
 */
export const REFUSED_KINDS: readonly ApplicationKind[] = [
    kind("rbac.authorization.k8s.io", "Role", "roles"),
    kind("rbac.authorization.k8s.io", "RoleBinding", "rolebindings"),
    kind("networking.k8s.io", "NetworkPolicy", "networkpolicies"),
    kind("networking.k8s.io", "Ingress", "ingresses"),
    kind("cilium.io", "CiliumNetworkPolicy", "ciliumnetworkpolicies"),
    kind("gateway.networking.k8s.io", "Gateway", "gateways"),
    kind("security.istio.io", "AuthorizationPolicy", "authorizationpolicies"),
    kind("security.istio.io", "PeerAuthentication", "peerauthentications"),
    kind("security.istio.io", "RequestAuthentication", "requestauthentications"),
];
