import * as pulumi from "@pulumi/pulumi";
import type { Release } from "@pulumi/kubernetes/helm/v3/release";
import type { AccessConfig } from "../config/schema";
import { HearthComponent } from "../core/component";
import { customObject } from "../core/custom-object";
import type { Waypoint } from "../mesh/waypoint";
import type { Namespaces } from "../namespaces/namespaces";
import { accessObjects } from "./access-policies";
import type { TrustedIssuer } from "./issuer";

export interface ApplicationAccessArgs {
    readonly access: AccessConfig;
    /** Unknown in a preview of a cluster that is not there yet. */
    readonly issuer: pulumi.Input<TrustedIssuer>;
    /** The waypoint of the applications' namespace. */
    readonly waypoint: Waypoint;
    readonly namespaces: Namespaces;
    /** Istio's kinds: `istio.kinds`. */
    readonly kinds: Release;
}

/** Who may call the applications of a namespace: tokens at the waypoint, and no way past it. */
export class ApplicationAccess extends HearthComponent {
    public static readonly __pulumiType = "hearth:access:ApplicationAccess" as const;

    public constructor(name: string, args: ApplicationAccessArgs, opts?: pulumi.ComponentResourceOptions) {
        const { access, waypoint, namespaces, kinds } = args;
        const { audiences, publicPaths, rolePaths } = access;
        const roles = [...new Set(Object.values(rolePaths))];
        const summary = { namespace: waypoint.namespace, issuer: access.issuer.kind, audiences, publicPaths, roles };
        super(ApplicationAccess.__pulumiType, name, summary, opts);
        const namespace = namespaces.of(`application-${waypoint.namespace}`);
        const issuer = pulumi.output(args.issuer);
        for (const { object, spec } of accessObjects(access, waypoint)) {
            customObject(
                this.childName(object.metadata.name),
                { ...object, spec: issuer.apply((trusted) => spec(trusted)) },
                // Not after the waypoint: what guards it may be there first.
                this.child({ dependsOn: [kinds, namespace] }),
            );
        }
        this.registerOutputs({ namespace: waypoint.namespace });
    }
}
