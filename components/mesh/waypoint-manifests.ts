import { HBONE_PORT, meshPrincipal, WAYPOINT } from "../config/mesh";
import type { CustomObject } from "../core/custom-object";
import { labels } from "../core/labels";

/** What others need to know of a namespace's waypoint. */
export interface WaypointIdentity {
    readonly namespace: string;
    /** Name of the Gateway. */
    readonly name: string;
    /** Its identity in the mesh, as policies write it: `cluster.local/ns/apps/sa/waypoint`. */
    readonly principal: string;
}

/** The waypoint of a namespace. */
export function waypointOf(namespace: string): WaypointIdentity {
    return { namespace, name: WAYPOINT, principal: meshPrincipal(namespace, WAYPOINT) };
}

/**
 * The Gateway from which istiod makes a waypoint. For Services only: traffic to a pod's own address does not go by
 * any waypoint, and is refused at the pod (components/access).
 */
export function waypointGateway(namespace: string): CustomObject {
    return {
        apiVersion: "gateway.networking.k8s.io/v1",
        kind: "Gateway",
        metadata: {
            name: WAYPOINT,
            namespace,
            // istiod copies them onto the waypoint's pods, too.
            labels: { ...labels(WAYPOINT), "istio.io/waypoint-for": "service" },
        },
        spec: {
            gatewayClassName: "istio-waypoint",
            listeners: [
                {
                    name: "mesh",
                    port: HBONE_PORT,
                    protocol: "HBONE",
                    allowedRoutes: { namespaces: { from: "Same" } },
                },
            ],
        },
    };
}
