import type * as pulumi from "@pulumi/pulumi";

/** A Secret as the values of a release name it; its content is never in them. */
export interface ConsumedSecret {
    readonly name: string;
    /** Changes with the content: as an annotation of the pod it makes the pod roll. */
    readonly checksum: pulumi.Input<string>;
}
