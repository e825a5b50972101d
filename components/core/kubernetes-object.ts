/** What is told of a Kubernetes object beside what it is made of. */
export interface ObjectMetadata {
    readonly name: string;
    /** Absent for kinds of the whole cluster. */
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
}

/** Any Kubernetes object, as plain data. */
export interface KubernetesObject {
    readonly apiVersion: string;
    readonly kind: string;
    readonly metadata: ObjectMetadata;
    readonly [field: string]: unknown;
}

/** API group of an object; empty for Kubernetes' core. */
export function groupOf({ apiVersion }: Pick<KubernetesObject, "apiVersion">): string {
    return apiVersion.includes("/") ? apiVersion.replace(/\/.*/, "") : "";
}
