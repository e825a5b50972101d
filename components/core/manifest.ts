import * as pulumi from "@pulumi/pulumi";

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

/**
 * An object whose kind is known only from a file. The SDK has a class for each kind, which loads a module for each, and
 * one for CustomResourceDefinitions' kinds, whose token for a kind of the core (`v1`) the provider refuses.
 */
export class Manifest extends pulumi.CustomResource {
    public constructor(name: string, object: KubernetesObject, opts: pulumi.CustomResourceOptions) {
        super(`kubernetes:${moduleOf(object.apiVersion)}:${object.kind}`, name, { ...object }, opts);
    }
}

/** API group of an object; empty for Kubernetes' core. */
export function groupOf({ apiVersion }: Pick<KubernetesObject, "apiVersion">): string {
    return apiVersion.includes("/") ? apiVersion.replace(/\/.*/, "") : "";
}

/** Kubernetes' core has no name for its group, and Pulumi's tokens have one. */
function moduleOf(apiVersion: string): string {
    return apiVersion.includes("/") ? apiVersion : `core/${apiVersion}`;
}
