import { isEnrolled, type MeshSettings } from "../config/enrolment";
import { WAYPOINT } from "../config/mesh";

/**
 * Labels by which Istio takes a namespace into the mesh; none for a namespace outside.
 *
 * `istio.io/use-waypoint` sends what goes to a Service of the namespace by its waypoint, whoever of the mesh calls:
 * the caller's ztunnel does that, for Traefik as for any other pod. `istio.io/ingress-use-waypoint` would say the same
 * to Istio's own ingress gateways, which go past waypoints by themselves; there are none here.
 */
export function meshLabels(namespace: string, config: MeshSettings): Readonly<Record<string, string>> {
    if (!isEnrolled(namespace, config)) return {};
    return {
        "istio.io/dataplane-mode": "ambient",
        ...(config.applicationNamespaces.includes(namespace) ? { "istio.io/use-waypoint": WAYPOINT } : {}),
    };
}
