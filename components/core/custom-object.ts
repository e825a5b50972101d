import { CustomResource } from "@pulumi/kubernetes/apiextensions/customResource";
import type * as pulumi from "@pulumi/pulumi";
import type { ObjectMetadata } from "./kubernetes-object";

/** An object of a kind that a CustomResourceDefinition brings, as plain data. */
export interface CustomObject {
    readonly apiVersion: string;
    readonly kind: string;
    readonly metadata: ObjectMetadata;
    readonly spec: Readonly<Record<string, unknown>>;
}

/** One such object as a resource; its `spec` may be known later only. */
export function customObject(
    name: string,
    object: Omit<CustomObject, "spec"> & { readonly spec: pulumi.Input<CustomObject["spec"]> },
    opts: pulumi.CustomResourceOptions,
): CustomResource {
    const { apiVersion, kind, spec } = object;
    const { labels, annotations, ...metadata } = object.metadata;
    return new CustomResource(
        name,
        {
            apiVersion,
            kind,
            metadata: {
                ...metadata,
                ...(labels === undefined ? {} : { labels: { ...labels } }),
                ...(annotations === undefined ? {} : { annotations: { ...annotations } }),
            },
            spec,
        },
        opts,
    );
}
