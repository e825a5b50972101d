import * as pulumi from "@pulumi/pulumi";
import { fields, type Fields } from "./fields";
import { RELEASE } from "./type-tokens";

/** Names who owns the fields of an object in server-side apply, for Pulumi's Kubernetes provider. */
const ANNOTATION = "pulumi.com/patchFieldManager";

/**
 * Has every Kubernetes object of a stack applied under one name, `hearth-<stack>`. The provider's default is a random
 * name for each object, which only the state knows: where a run is killed before it has written that an object is there,
 * the next run comes as a stranger, and the API server refuses it what it owns already (fields with defaults of the
 * server in lists, a StatefulSet's `volumeClaimTemplates` say), for ever.
 */
export function steadyFieldManager(stack: string): pulumi.ResourceTransformation {
    return ({ type, props, opts }) => {
        // Helm makes the objects of a release, under a name of its own.
        if (!type.startsWith("kubernetes:") || type === RELEASE) return undefined;
        const given = props as Readonly<Record<string, unknown>>;
        const metadata = later(given["metadata"], (value) => {
            const known = fields(value);
            const annotated = (own: unknown): Fields => ({ ...fields(own), [ANNOTATION]: `hearth-${stack}` });
            return { ...known, annotations: later(known["annotations"], annotated) };
        });
        return { props: { ...given, metadata }, opts };
    };
}

/** Applies a function to a value, or to what an output will have. */
function later(value: unknown, change: (value: unknown) => unknown): unknown {
    return pulumi.Output.isInstance(value) ? value.apply(change) : change(value);
}
