import { parseAllDocuments } from "yaml";

/** One Kubernetes object as plain data. */
export interface Manifest {
    readonly apiVersion: string;
    readonly kind: string;
    readonly metadata: { readonly name: string; readonly namespace?: string; readonly [key: string]: unknown };
    readonly [key: string]: unknown;
}

/** The objects in a stream of YAML documents; empty documents are left out. */
export function parseManifests(yaml: string): readonly Manifest[] {
    return parseAllDocuments(yaml)
        .map((document): unknown => document.toJS())
        .filter(isManifest);
}

/** True for what looks like an object of Kubernetes. */
export function isManifest(value: unknown): value is Manifest {
    return value !== null && typeof value === "object" && "kind" in value && "metadata" in value;
}

/** `Deployment edge/traefik` */
export function idOf({ kind, metadata }: Manifest): string {
    return `${kind} ${metadata.namespace === undefined ? "" : `${metadata.namespace}/`}${metadata.name}`;
}

/** Kinds of the whole cluster that charts or the program make, beside those whose names begin with Cluster. */
const OF_THE_CLUSTER = [
    "CiliumClusterwideNetworkPolicy",
    "CustomResourceDefinition",
    "GatewayClass",
    "IngressClass",
    "MutatingWebhookConfiguration",
    "Namespace",
    "PriorityClass",
    "StorageClass",
    "ValidatingAdmissionPolicy",
    "ValidatingAdmissionPolicyBinding",
    "ValidatingWebhookConfiguration",
];

/** True for objects that are in no namespace. */
export function isOfTheCluster({ kind }: Pick<Manifest, "kind">): boolean {
    return kind.startsWith("Cluster") || OF_THE_CLUSTER.includes(kind);
}
