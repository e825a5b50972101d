import { namespaceName } from "./namespaces";
import { hasLayer, type PlatformConfig } from "./schema";

/** What decides which namespaces are in the mesh. */
export type MeshSettings = Pick<PlatformConfig, "layers" | "applicationNamespaces">;

/**
 * The namespaces whose pods ztunnel carries: the edge and those of the applications; none without layer istio.
 *
 * The others stay outside. What is reached by NodePorts (Prometheus, Alertmanager, Grafana, Argo CD) or from host
 * networks comes without an identity, so that STRICT would need an exception at nearly every port of theirs; who may
 * talk to them is the network policies' matter.
 */
export function enrolledNamespaces(config: MeshSettings): readonly string[] {
    if (!hasLayer(config, "istio")) return [];
    return [...(hasLayer(config, "traefik") ? [namespaceName("edge")] : []), ...config.applicationNamespaces];
}

/** True where traffic of the namespace's pods goes by ztunnel, apart from a waypoint's, which speaks for itself. */
export function isEnrolled(namespace: string, config: MeshSettings): boolean {
    return enrolledNamespaces(config).includes(namespace);
}
