import { HBONE_PORT } from "../config/mesh";
import { hasLayer, type PlatformConfig } from "../config/schema";
import { flow, peer, podsOf, port, type Flow, type Peer } from "./peers";
import { resolves } from "./platform-flows";
import { waypoint } from "./workloads";

type Settings = Pick<PlatformConfig, "layers" | "applicationNamespaces">;

/**
 * Flows of the applications, which are the same for each of their namespaces. What an application needs beyond them
 * (the internet, another application) a policy of its own adds: policies only ever add to each other.
 *
 * Nothing leads to Garage: its buckets and keys are the platform's, and applications have none.
 */
export function applicationFlows(config: Settings): readonly Flow[] {
    return config.applicationNamespaces.flatMap((namespace) => {
        const applications: Peer = { kind: "applications", namespace };
        return [
            ...(hasLayer(config, "istio")
                ? byWaypoint(config, namespace, applications)
                : direct(config, namespace, applications)),
            ...consumed(config, namespace, applications),
            resolves(namespace, applications),
        ];
    });
}

function direct(config: Settings, namespace: string, applications: Peer): readonly Flow[] {
    return [
        ...(hasLayer(config, "traefik")
            ? [flow(`route/${namespace}`, peer("traefik"), applications, "any", "Requests that a route leads there.")]
            : []),
        ...(hasLayer(config, "prometheus")
            ? [
                  flow(
                      `scrape/${namespace}`,
                      peer("prometheus"),
                      applications,
                      "any",
                      "Metrics of pods that ask for it, at a port that they choose.",
                  ),
              ]
            : []),
        flow(
            `inside/${namespace}`,
            applications,
            applications,
            "any",
            "An application's parts talk to each other; which of them may is its own matter.",
        ),
    ];
}

/**
 * In the mesh everything goes by the waypoint, which checks tokens: pods admit nobody else. So they are not scraped
 * either; their metrics they send to the collector.
 */
function byWaypoint(config: Settings, namespace: string, applications: Peer): readonly Flow[] {
    const workload = waypoint(namespace);
    const [id, gate] = [workload.id, podsOf(workload)];
    return [
        ...(hasLayer(config, "traefik")
            ? [flow(`route/${namespace}`, peer("traefik"), gate, [HBONE_PORT], "Requests that a route leads there.")]
            : []),
        flow(
            `inside/${namespace}`,
            applications,
            gate,
            [HBONE_PORT],
            "An application's parts call each other's Services.",
        ),
        flow(`checked/${namespace}`, gate, applications, "any", "Requests whose tokens were checked.", ["TCP"]),
        flow(`xds/${id}`, gate, peer("istiod"), [port("istiod", "tls-xds")], "Its configuration and certificate."),
        ...(hasLayer(config, "otel-collector")
            ? [
                  flow(
                      `spans/${id}`,
                      gate,
                      peer("otel-collector"),
                      [port("otel-collector", "otlp-grpc")],
                      "Spans of requests.",
                  ),
              ]
            : []),
        resolves(id, gate),
    ];
}

/** What the platform offers to applications. */
function consumed(config: Settings, namespace: string, applications: Peer): readonly Flow[] {
    const otlp = [port("otel-collector", "otlp-grpc"), port("otel-collector", "otlp-http")];
    return [
        ...(hasLayer(config, "otel-collector")
            ? [flow(`otlp/${namespace}`, applications, peer("otel-collector"), otlp, "Traces, metrics and logs.")]
            : []),
        ...(hasLayer(config, "postgresql")
            ? [
                  flow(
                      `sql/${namespace}`,
                      applications,
                      peer("postgresql"),
                      [port("postgresql", "sql")],
                      "Their databases; the server itself tells one owner from another.",
                  ),
              ]
            : []),
    ];
}
