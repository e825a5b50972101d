import { WAYPOINT } from "../config/mesh";
import type { CustomObject } from "../core/custom-object";
import { labels } from "../core/labels";
import { MANAGED_KINDS } from "../config/application-kinds";
import { CONTROLLER, NAMESPACE } from "./identities";

/** One object of the guard, and its role as a child of the component. */
export interface GuardObject {
    readonly role: "guard" | "guard-binding";
    readonly object: CustomObject;
}

const API_VERSION = "admissionregistration.k8s.io/v1";

/** Name of the policy and of its binding. */
const GUARD = "hearth-applications";

/** Keys of labels and annotations that say how a pod or Service is in the mesh, or that a pod is a waypoint's. */
const MESH_KEY = "^([^/]+[.])?(istio[.]io|gateway[.]networking[.]k8s[.]io)/";

const CALLER = `system:serviceaccount:${NAMESPACE}:${CONTROLLER}`;

/**
 * What the kinds of a project cannot say: an application from git stays in the mesh, and is no waypoint. A label would
 * take its pods out of the mesh, and its Service out of the waypoint's way; the waypoint's ServiceAccount is the one
 * identity that pods let in. It concerns what Argo CD writes; people with rights in the namespaces are trusted.
 */
export function applicationGuard(applicationNamespaces: readonly string[]): readonly GuardObject[] {
    return [
        { role: "guard", object: policy() },
        { role: "guard-binding", object: binding(applicationNamespaces) },
    ];
}

function policy(): CustomObject {
    return {
        apiVersion: API_VERSION,
        kind: "ValidatingAdmissionPolicy",
        metadata: { name: GUARD, labels: labels(GUARD, "gitops") },
        spec: {
            failurePolicy: "Fail",
            matchConstraints: { resourceRules: resourceRules() },
            matchConditions: [{ name: "from-git", expression: `request.userInfo.username == "${CALLER}"` }],
            variables: [
                {
                    name: "pod",
                    // An optional as a variable would be read as one without a value.
                    expression: "object.?spec.?template.or(object.?spec.?jobTemplate.?spec.?template).orValue({})",
                },
                { name: "keys", expression: keysOf("object.metadata", "variables.pod.?metadata") },
                {
                    name: "accounts",
                    // The second is the former name of the first, and still read.
                    expression: `["serviceAccountName", "serviceAccount"].map(field, variables.pod.?spec[?field].orValue(""))`,
                },
            ],
            validations: [
                {
                    expression: `variables.keys.all(key, !key.matches("${MESH_KEY}"))`,
                    message:
                        "an application has no label or annotation of Istio's or a Gateway's: it stays in the mesh",
                },
                {
                    expression: `object.metadata.name != "${WAYPOINT}"`,
                    message: `nothing of an application is called ${WAYPOINT}, as the namespace's waypoint is`,
                },
                {
                    expression: `!variables.accounts.exists(account, account == "${WAYPOINT}")`,
                    message: `no pod of an application has the identity of the namespace's waypoint, ServiceAccount ${WAYPOINT}`,
                },
            ],
        },
    };
}

function binding(namespaces: readonly string[]): CustomObject {
    return {
        apiVersion: API_VERSION,
        kind: "ValidatingAdmissionPolicyBinding",
        metadata: { name: GUARD, labels: labels(GUARD, "gitops") },
        spec: {
            policyName: GUARD,
            validationActions: ["Deny"],
            matchResources: {
                namespaceSelector: {
                    matchExpressions: [{ key: "kubernetes.io/metadata.name", operator: "In", values: [...namespaces] }],
                },
            },
        },
    };
}

/** CEL for the keys of all labels and annotations of some metadata. */
function keysOf(...metadata: readonly string[]): string {
    return metadata
        .flatMap((one) => ["labels", "annotations"].map((map) => `${one}.?${map}.orValue({}).map(key, key)`))
        .join(" + ");
}

function resourceRules(): readonly Readonly<Record<string, readonly string[]>>[] {
    const groups = [...new Set(MANAGED_KINDS.map(({ group }) => group))];
    return groups.map((group) => ({
        apiGroups: [group],
        apiVersions: ["*"],
        operations: ["CREATE", "UPDATE"],
        resources: MANAGED_KINDS.filter((kind) => kind.group === group).map(({ resource }) => resource),
    }));
}
