import type { Layer } from "./layers";

/** One row of the port table. */
export interface PortSpec {
    readonly id: PortId;
    /** What a person calls it. */
    readonly title: string;
    /** The layer that serves it; without that layer the port does not exist. */
    readonly layer: Layer;
    readonly scheme: "http" | "https";
    /**
     * NodePort of the Service, and the host's port while `hearth:portOffset` is 0.
     * The numbers are those that users of the platform's predecessor know (design, section 1).
     */
    readonly nodePort: number;
    /** Namespace and name of the Service. */
    readonly service: { readonly namespace: string; readonly name: string };
    /** The Service's own port. */
    readonly port: number;
}

export type PortId =
    "traefik" | "prometheus" | "alertmanager" | "grafana" | "hubble-ui" | "argocd-http" | "argocd-https";

/** The one port table: kind's mappings, Services, URLs, checks and the README's table all come from it. */
export const PORTS: readonly PortSpec[] = [
    {
        id: "traefik",
        title: "Traefik (HTTP edge)",
        layer: "traefik",
        scheme: "http",
        nodePort: 30081,
        service: { namespace: "edge", name: "traefik" },
        port: 80,
    },
    {
        id: "prometheus",
        title: "Prometheus",
        layer: "prometheus",
        scheme: "http",
        nodePort: 30090,
        service: { namespace: "observability", name: "prometheus" },
        port: 9090,
    },
    {
        id: "alertmanager",
        title: "Alertmanager",
        layer: "alertmanager",
        scheme: "http",
        nodePort: 30093,
        service: { namespace: "observability", name: "alertmanager" },
        port: 9093,
    },
    {
        id: "grafana",
        title: "Grafana",
        layer: "grafana",
        scheme: "http",
        nodePort: 30300,
        service: { namespace: "observability", name: "grafana" },
        port: 80,
    },
    {
        id: "hubble-ui",
        title: "Hubble UI",
        layer: "hubble-ui",
        scheme: "http",
        nodePort: 31235,
        service: { namespace: "kube-system", name: "hubble-ui" },
        port: 80,
    },
    {
        id: "argocd-http",
        title: "Argo CD (HTTP)",
        layer: "argocd",
        scheme: "http",
        nodePort: 30080,
        service: { namespace: "argocd", name: "argocd-server" },
        port: 80,
    },
    {
        id: "argocd-https",
        title: "Argo CD (HTTPS)",
        layer: "argocd",
        scheme: "https",
        nodePort: 30443,
        service: { namespace: "argocd", name: "argocd-server" },
        port: 443,
    },
];

/** The only address that host ports are bound to. */
export const HOST_ADDRESS = "127.0.0.1";

/** Highest value of `hearth:portOffset` with which every host port is still a port. */
export const MAX_PORT_OFFSET = 65535 - Math.max(...PORTS.map((port) => port.nodePort));

/** A port of a stack: a row of the table with the host's port worked out. */
export interface HostPort extends PortSpec {
    readonly hostPort: number;
}

/** The host ports of the layers that are on, in the table's order. */
export function hostPorts(layers: readonly Layer[], offset: number): readonly HostPort[] {
    return PORTS.filter((port) => layers.includes(port.layer)).map((port) => ({
        ...port,
        hostPort: port.nodePort + offset,
    }));
}

/** The row of one port; the id's type makes a miss impossible. */
export function portOf(id: PortId): PortSpec {
    const found = PORTS.find((port) => port.id === id);
    if (found === undefined) throw new Error(`the port table has no row ${id}`);
    return found;
}

/** `http://127.0.0.1:30300` for one host port. */
export function urlOf(port: HostPort): string {
    return `${port.scheme}://${HOST_ADDRESS}:${port.hostPort}`;
}
