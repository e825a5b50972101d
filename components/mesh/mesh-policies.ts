import type { Layer } from "../config/layers";
import { namespaceName } from "../config/namespaces";
import { hasLayer, type PlatformConfig } from "../config/schema";
import type { CustomObject } from "../core/custom-object";
import { labels, selector } from "../core/labels";
import { TRACING_PROVIDER } from "./istio-values";

/** Ports of Traefik's container, which are its chart's defaults. */
const TRAEFIK_PORTS = { web: 8000, metrics: 9100 };

/**
 * Ports of Traefik's container that take connections from outside the mesh: the one for HTTP, since a browser that
 * comes by the NodePort has no identity in the mesh, and where Prometheus scrapes it, the one for metrics, since
 * Prometheus is not in the mesh.
 */
export function traefikPlainPorts(config: Pick<PlatformConfig, "layers">): readonly number[] {
    return [TRAEFIK_PORTS.web, ...(hasLayer(config, "prometheus") ? [TRAEFIK_PORTS.metrics] : [])];
}

/** Who is let in without mutual TLS: by an object of the whole mesh nobody, and on the edge what comes to these ports. */
export function peerAuthentications(config: Pick<PlatformConfig, "layers">): readonly CustomObject[] {
    return [meshWideStrict(), ...(hasLayer(config, "traefik") ? [edgeException(config)] : [])];
}

/** Istio reads an object of this name in its root namespace as the rule for the whole mesh. */
function meshWideStrict(): CustomObject {
    return {
        apiVersion: "security.istio.io/v1",
        kind: "PeerAuthentication",
        metadata: { name: "default", namespace: namespaceName("mesh"), labels: labels("mesh") },
        spec: { mtls: { mode: "STRICT" } },
    };
}

/**
 * STRICT is said once more: with a workload's own rule for single ports, istiod replaces the mesh's rule by one that it
 * puts together, and only PERMISSIVE ports of a STRICT rule count as exceptions.
 */
function edgeException(config: Pick<PlatformConfig, "layers">): CustomObject {
    const ports = traefikPlainPorts(config).map((port) => [String(port), { mode: "PERMISSIVE" }]);
    return {
        apiVersion: "security.istio.io/v1",
        kind: "PeerAuthentication",
        metadata: { name: "traefik", namespace: namespaceName("edge"), labels: labels("traefik", "mesh") },
        spec: {
            selector: { matchLabels: selector("traefik") },
            mtls: { mode: "STRICT" },
            portLevelMtls: Object.fromEntries(ports),
        },
    };
}

/** Spans of every waypoint to the collector; none without a collector. */
export function meshTelemetry(config: Pick<PlatformConfig, "layers">): readonly CustomObject[] {
    const collector: Layer = "otel-collector";
    if (!hasLayer(config, collector)) return [];
    return [
        {
            apiVersion: "telemetry.istio.io/v1",
            kind: "Telemetry",
            metadata: { name: "default", namespace: namespaceName("mesh"), labels: labels("mesh") },
            spec: {
                tracing: [
                    {
                        providers: [{ name: TRACING_PROVIDER }],
                        // What Traefik samples too; on one machine nothing is too much.
                        randomSamplingPercentage: 100,
                    },
                ],
            },
        },
    ];
}
