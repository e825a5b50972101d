import type * as pulumi from "@pulumi/pulumi";
import type { CustomResource } from "@pulumi/kubernetes/apiextensions/customResource";
import { HearthComponent } from "../core/component";
import { customObject } from "../core/custom-object";
import type { Namespaces } from "../namespaces/namespaces";
import type { GatewayApi } from "../gateway-api/gateway-api";
import { waypointGateway, waypointOf, type WaypointIdentity } from "./waypoint-manifests";

export interface WaypointArgs {
    /** A namespace of the applications. */
    readonly namespace: string;
    readonly namespaces: Namespaces;
    readonly gatewayApi: GatewayApi;
}

/**
 * The waypoint of a namespace, by which everything goes that calls its Services. Its pod is istiod's to make: on the
 * simulated cluster, where no istiod runs, there is the Gateway and no pod.
 */
export class Waypoint extends HearthComponent implements WaypointIdentity {
    public static readonly __pulumiType = "hearth:mesh:Waypoint" as const;

    public readonly namespace: string;
    public readonly name: string;
    public readonly principal: string;
    /** What policies of the waypoint refer to. */
    public readonly gateway: CustomResource;

    public constructor(name: string, args: WaypointArgs, opts?: pulumi.ComponentResourceOptions) {
        const { namespace, namespaces, gatewayApi } = args;
        super(Waypoint.__pulumiType, name, { namespace }, opts);
        const identity = waypointOf(namespace);
        this.namespace = identity.namespace;
        this.name = identity.name;
        this.principal = identity.principal;
        this.gateway = customObject(
            this.childName("gateway"),
            waypointGateway(namespace),
            this.child({ dependsOn: [gatewayApi.crds, namespaces.of(`application-${namespace}`)] }),
        );
        this.registerOutputs({ namespace, principal: this.principal });
    }
}
