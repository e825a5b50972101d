import type { ClusterRoleArgs } from "@pulumi/kubernetes/rbac/v1/clusterRole";
import type { ClusterRoleBindingArgs } from "@pulumi/kubernetes/rbac/v1/clusterRoleBinding";
import type { RoleArgs } from "@pulumi/kubernetes/rbac/v1/role";
import type { RoleBindingArgs } from "@pulumi/kubernetes/rbac/v1/roleBinding";
import { namespaceName, type NamespaceSpec } from "../config/namespaces";
import type { PlatformConfig } from "../config/schema";
import { labels } from "../core/labels";

/** Name of Traefik's ServiceAccount, which the chart calls after the release. */
const ACCOUNT = "traefik";

/** Name of roles and bindings; not the chart's, which another Traefik of an existing cluster may have. */
const NAME = "hearth-traefik";

interface Rule {
    readonly apiGroups: string[];
    readonly resources: string[];
    readonly verbs: string[];
}

type Rules = readonly Rule[];

/** What Traefik may do in one namespace. */
export interface NamespaceAccess {
    readonly id: NamespaceSpec["id"];
    readonly namespace: string;
    readonly role: RoleArgs;
    readonly binding: RoleBindingArgs;
}

/** Everything that Traefik may do. */
export interface TraefikAccess {
    readonly cluster: { readonly role: ClusterRoleArgs; readonly binding: ClusterRoleBindingArgs };
    readonly namespaces: readonly NamespaceAccess[];
}

const READ = ["list", "watch"];
const GATEWAY_API = "gateway.networking.k8s.io";

/** What belongs to no namespace: which of them may have routes at a gateway, and the class of gateways. */
const CLUSTER: Rules = [
    { apiGroups: [""], resources: ["namespaces"], verbs: READ },
    { apiGroups: [GATEWAY_API], resources: ["gatewayclasses"], verbs: READ },
    { apiGroups: [GATEWAY_API], resources: ["gatewayclasses/status"], verbs: ["update"] },
];

/** Kinds of Gateway API that Traefik writes the state of into their status. */
const WITH_STATUS = ["gateways", "httproutes", "grpcroutes", "backendtlspolicies"];

/** Both of Traefik's providers: neither begins before it could list every one of these kinds. */
const ROUTES: Rules = [
    // Certificates and passwords of routes; there is no Traefik without the right to Secrets (traefik/traefik#7097).
    { apiGroups: [""], resources: ["configmaps", "secrets", "services"], verbs: READ },
    { apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs: READ },
    {
        apiGroups: ["traefik.io"],
        resources: [
            "ingressroutes",
            "ingressroutetcps",
            "ingressrouteudps",
            "middlewares",
            "middlewaretcps",
            "serverstransports",
            "serverstransporttcps",
            "tlsoptions",
            "tlsstores",
            "traefikservices",
        ],
        verbs: READ,
    },
    { apiGroups: [GATEWAY_API], resources: [...WITH_STATUS, "referencegrants"], verbs: READ },
    { apiGroups: [GATEWAY_API], resources: WITH_STATUS.map((kind) => `${kind}/status`), verbs: ["update"] },
];

/** Its own pod, whose name and id its spans carry. */
const OWN_POD: Rules = [{ apiGroups: [""], resources: ["pods"], verbs: ["get"] }];

/** Namespaces that Traefik looks into: its own, with the shared middlewares and the gateway, and the applications'. */
export function routedNamespaces({
    applicationNamespaces,
}: Pick<PlatformConfig, "applicationNamespaces">): readonly string[] {
    return [namespaceName("edge"), ...applicationNamespaces];
}

/**
 * Access of Traefik. The chart can only give it all or nothing where Gateway API is on, and all means to read every
 * Secret of the cluster: whoever got hold of the one program that strangers talk to would have the key of the mesh's
 * certificate authority, and be anybody.
 */
export function traefikAccess(config: Pick<PlatformConfig, "applicationNamespaces">): TraefikAccess {
    const metadata = { name: NAME, labels: { ...labels(ACCOUNT) } };
    const subjects = [{ kind: "ServiceAccount", name: ACCOUNT, namespace: namespaceName("edge") }];
    const inNamespace = (id: NamespaceSpec["id"], namespace: string, rules: Rules): NamespaceAccess => ({
        id,
        namespace,
        role: { metadata: { ...metadata, namespace }, rules: [...rules] },
        binding: {
            metadata: { ...metadata, namespace },
            roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: NAME },
            subjects,
        },
    });
    return {
        cluster: {
            role: { metadata, rules: [...CLUSTER] },
            binding: {
                metadata,
                roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: NAME },
                subjects,
            },
        },
        namespaces: [
            inNamespace("edge", namespaceName("edge"), [...ROUTES, ...OWN_POD]),
            ...config.applicationNamespaces.map((name) => inNamespace(`application-${name}`, name, ROUTES)),
        ],
    };
}
