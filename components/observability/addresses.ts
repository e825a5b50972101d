import { namespaceName } from "../config/namespaces";
import { portOf, urlOf, type PortId } from "../config/ports";
import type { PlatformConfig } from "../config/schema";

/** Ports of the Services that have no row in the port table. */
export const LOKI_PORT = 3100;
export const TEMPO_PORT = 3200;

const NAMESPACE = namespaceName("observability");

/** Address inside the cluster of a Service of the port table: `http://grafana.observability.svc:80`. */
export function clusterUrl(id: PortId): string {
    const { scheme, service, port } = portOf(id);
    return `${scheme}://${service.name}.${service.namespace}.svc:${port}`;
}

/** Address inside the cluster of Loki and Tempo, without a path. */
export const LOKI_URL = `http://loki.${NAMESPACE}.svc:${LOKI_PORT}`;
export const TEMPO_URL = `http://tempo.${NAMESPACE}.svc:${TEMPO_PORT}`;

/** Where Tempo's metrics generator writes to. */
export const REMOTE_WRITE_URL = `${clusterUrl("prometheus")}/api/v1/write`;

/**
 * Address under which a person on this machine reaches a program, for links in its pages and messages. Undefined on a
 * cluster that somebody else made: how its NodePorts and load balancers are reached is not known here.
 */
export function personalUrl(
    { cluster, ports }: Pick<PlatformConfig, "cluster" | "ports">,
    id: PortId,
): string | undefined {
    if (cluster.provider === "existing") return undefined;
    const port = ports.find((row) => row.id === id);
    return port === undefined ? undefined : urlOf(port);
}
