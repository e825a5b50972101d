import * as pulumi from "@pulumi/pulumi";
import type { KubernetesObject } from "./kubernetes-object";

/**
 * An object whose kind is known only from a file. The SDK has a class for each kind, which loads a module for each, and
 * one for CustomResourceDefinitions' kinds, whose token for a kind of the core (`v1`) the provider refuses.
 */
export class Manifest extends pulumi.CustomResource {
    public constructor(name: string, object: KubernetesObject, opts: pulumi.CustomResourceOptions) {
        super(`kubernetes:${moduleOf(object.apiVersion)}:${object.kind}`, name, { ...object }, opts);
    }
}

/** Kubernetes' core has no name for its group, and Pulumi's tokens have one. */
function moduleOf(apiVersion: string): string {
    return apiVersion.includes("/") ? apiVersion : `core/${apiVersion}`;
}
