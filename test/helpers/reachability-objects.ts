import { accessObjects } from "../../components/access/access-policies";
import { authorizationPolicies } from "../../components/flows/authorization-policies";
import { ciliumPolicies } from "../../components/flows/cilium-policies";
import type { FlowSettings } from "../../components/flows/flows";
import { networkPolicies } from "../../components/flows/network-policies";
import { hasLayer } from "../../components/config/schema";
import { peerAuthentications } from "../../components/mesh/mesh-policies";
import { waypointOf } from "../../components/mesh/waypoint-manifests";
import type { Manifest } from "./manifests";

/** The network's policies as the API server would get them. */
export function networkObjects(config: FlowSettings): readonly Manifest[] {
    return asRead([...networkPolicies(config), ...ciliumPolicies(config)]);
}

/** Every object that ztunnel's verdicts come from, those of the mesh and of the applications' access included. */
export function meshObjects(config: FlowSettings): readonly Manifest[] {
    if (!hasLayer(config, "istio")) return [];
    const issuer = { issuer: "https://issuer.example", keys: { jwks: '{"keys":[]}' } };
    const access = config.applicationNamespaces.flatMap((namespace) =>
        accessObjects(config.access, waypointOf(namespace)).map(({ object, spec }) => ({
            ...object,
            spec: spec(issuer),
        })),
    );
    return asRead([...authorizationPolicies(config), ...peerAuthentications(config), ...access]);
}

function asRead(objects: readonly object[]): readonly Manifest[] {
    return JSON.parse(JSON.stringify(objects)) as readonly Manifest[];
}
