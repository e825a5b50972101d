import { urlOf } from "./ports";
import type { PlatformConfig } from "./schema";

type Ports = Pick<PlatformConfig, "cluster" | "ports">;

/**
 * Addresses under which a person on this machine reaches the stack's services, by the port table's ids. None on an
 * existing cluster: how its NodePorts and load balancers are reached is not known here.
 */
export function reachableUrls({ cluster, ports }: Ports): Readonly<Record<string, string>> {
    if (cluster.provider === "existing") return {};
    return Object.fromEntries(ports.map((port) => [port.id, urlOf(port)]));
}

/** Ports of the same services: the host's, or on an existing cluster those of the Services or of its nodes. */
export function reachablePorts({ cluster, ports }: Ports): Readonly<Record<string, number>> {
    const existing = cluster.provider === "existing" ? cluster : undefined;
    return Object.fromEntries(
        ports.map(({ id, hostPort, nodePort, port }) => {
            if (existing === undefined) return [id, hostPort];
            return [id, existing.serviceType === "NodePort" ? nodePort : port];
        }),
    );
}
