import { GIT_PORT } from "../config/delivery";
import type { Layer } from "../config/layers";
import { HBONE_PORT, WAYPOINT } from "../config/mesh";
import { ARGOCD_METRICS, CILIUM_METRICS, ISTIO_METRICS } from "../config/metrics-ports";
import { KUBE_SYSTEM, namespaceName, type NamespaceId } from "../config/namespaces";
import type { PortId } from "../config/ports";
import { hasLayer, type PlatformConfig } from "../config/schema";
import { selector } from "../core/labels";

/** One workload of the platform, as policies see it. */
export interface Workload {
    readonly id: string;
    readonly namespace: string;
    /** The labels of its pods by which policies select them. */
    readonly labels: Readonly<Record<string, string>>;
    /** Its ServiceAccount, which is its identity in the mesh. */
    readonly account: string;
    /** The layer that brings it; absent for what the cluster itself brings, which no policy of ours selects. */
    readonly layer?: Layer;
    /** Its pods have the node's network: no policy can select them, and for others they are the node. */
    readonly hostNetwork: boolean;
    /** Ports of its containers by name. */
    readonly ports: Readonly<Record<string, number>>;
    /** Where Prometheus scrapes it: names of ports. */
    readonly scraped: readonly string[];
    /** Rows of the port table by which people reach it, and the name of its port behind them. */
    readonly entrance?: { readonly rows: readonly PortId[]; readonly port: string };
}

/** A row of the table; labels and account are named after the row where it does not say otherwise. */
interface Row<Port extends string> {
    readonly in: NamespaceId | typeof KUBE_SYSTEM;
    readonly layer?: Layer;
    readonly labels?: Readonly<Record<string, string>>;
    readonly account?: string;
    readonly hostNetwork?: boolean;
    readonly ports: Readonly<Record<Port, number>>;
    readonly scraped?: readonly NoInfer<Port>[];
    readonly entrance?: { readonly rows: readonly PortId[]; readonly port: NoInfer<Port> };
}

/** Keeps the names of a row's ports in its type, so that whoever names one names one that exists. */
function row<Port extends string>(of: Row<Port>): Row<Port> {
    return of;
}

/**
 * The one table of the platform's workloads. Labels, accounts and ports are what the charts give with Hearth's values
 * and what our own manifests say; tests hold the table to both.
 */
const TABLE = {
    traefik: row({
        in: "edge",
        layer: "traefik",
        ports: { web: 8000, traefik: 8080, metrics: 9100 },
        scraped: ["metrics"],
        entrance: { rows: ["traefik"], port: "web" },
    }),
    prometheus: row({
        in: "observability",
        layer: "prometheus",
        // It scrapes itself, too, but a pod reaches itself whatever policies say.
        ports: { http: 9090 },
        entrance: { rows: ["prometheus"], port: "http" },
    }),
    alertmanager: row({
        in: "observability",
        layer: "alertmanager",
        ports: { http: 9093 },
        scraped: ["http"],
        entrance: { rows: ["alertmanager"], port: "http" },
    }),
    "kube-state-metrics": row({
        in: "observability",
        layer: "kube-state-metrics",
        ports: { http: 8080, metrics: 8081 },
        scraped: ["http"],
    }),
    grafana: row({
        in: "observability",
        layer: "grafana",
        ports: { grafana: 3000 },
        scraped: ["grafana"],
        entrance: { rows: ["grafana"], port: "grafana" },
    }),
    loki: row({
        in: "observability",
        layer: "loki",
        ports: { "http-metrics": 3100, grpc: 9095, "http-memberlist": 7946 },
        scraped: ["http-metrics"],
    }),
    tempo: row({
        in: "observability",
        layer: "tempo",
        ports: { "prom-metrics": 3200, "otlp-grpc": 4317, "otlp-http": 4318 },
        scraped: ["prom-metrics"],
    }),
    "otel-collector": row({
        in: "nodeAgents",
        layer: "otel-collector",
        ports: { "otlp-grpc": 4317, "otlp-http": 4318, metrics: 8888, health: 13133 },
        scraped: ["metrics"],
    }),
    "node-exporter": row({
        in: "nodeAgents",
        layer: "node-exporter",
        labels: selector("prometheus-node-exporter"),
        account: "prometheus-node-exporter",
        hostNetwork: true,
        ports: { metrics: 9100 },
        scraped: ["metrics"],
    }),
    garage: row({ in: "storage", layer: "garage", ports: { s3: 3900, admin: 3903 }, scraped: ["admin"] }),
    postgresql: row({ in: "database", layer: "postgresql", ports: { sql: 5432, metrics: 9187 }, scraped: ["metrics"] }),
    coredns: row({
        in: KUBE_SYSTEM,
        labels: { "k8s-app": "kube-dns" },
        ports: { dns: 53, metrics: 9153 },
        // kubeadm's Service asks for it by annotation.
        scraped: ["metrics"],
    }),
    cilium: row({
        in: KUBE_SYSTEM,
        layer: "cilium",
        labels: { "k8s-app": "cilium" },
        hostNetwork: true,
        ports: { peer: 4244, prometheus: CILIUM_METRICS.agent, "hubble-metrics": CILIUM_METRICS.hubble },
        scraped: ["prometheus", "hubble-metrics"],
    }),
    "cilium-operator": row({
        in: KUBE_SYSTEM,
        layer: "cilium",
        labels: { "io.cilium/app": "operator" },
        hostNetwork: true,
        ports: { prometheus: CILIUM_METRICS.operator },
        scraped: ["prometheus"],
    }),
    "hubble-relay": row({
        in: KUBE_SYSTEM,
        layer: "cilium",
        labels: { "k8s-app": "hubble-relay" },
        ports: { grpc: 4245 },
    }),
    "hubble-ui": row({
        in: KUBE_SYSTEM,
        layer: "hubble-ui",
        labels: { "k8s-app": "hubble-ui" },
        ports: { http: 8081, grpc: 8090 },
        entrance: { rows: ["hubble-ui"], port: "http" },
    }),
    istiod: row({
        in: "mesh",
        layer: "istio",
        labels: { app: "istiod" },
        ports: {
            "http-debug": 8080,
            "grpc-xds": 15010,
            "tls-xds": 15012,
            "http-monitoring": ISTIO_METRICS.istiod,
            webhooks: 15017,
        },
        scraped: ["http-monitoring"],
    }),
    ztunnel: row({
        in: "mesh",
        layer: "istio",
        labels: { app: "ztunnel" },
        // What it carries for pods it carries inside their networks, from and to their addresses.
        ports: { "ztunnel-stats": ISTIO_METRICS.ztunnel, ready: 15021 },
        scraped: ["ztunnel-stats"],
    }),
    "istio-cni": row({
        in: "mesh",
        layer: "istio",
        labels: { "k8s-app": "istio-cni-node" },
        // In the pod's network: the chart shares the host's only if told to.
        ports: { metrics: ISTIO_METRICS.cni, ready: 8000 },
        scraped: ["metrics"],
    }),
    "argocd-server": row({
        in: "gitops",
        layer: "argocd",
        ports: { server: 8080, metrics: ARGOCD_METRICS.server },
        scraped: ["metrics"],
        entrance: { rows: ["argocd-http", "argocd-https"], port: "server" },
    }),
    "argocd-repo-server": row({
        in: "gitops",
        layer: "argocd",
        ports: { "repo-server": 8081, metrics: ARGOCD_METRICS.repoServer },
        scraped: ["metrics"],
    }),
    "argocd-application-controller": row({
        in: "gitops",
        layer: "argocd",
        ports: { metrics: ARGOCD_METRICS.controller },
        scraped: ["metrics"],
    }),
    "argocd-applicationset-controller": row({
        in: "gitops",
        layer: "argocd",
        ports: { metrics: ARGOCD_METRICS.applicationSet, probe: 8081, webhook: 7000 },
        scraped: ["metrics"],
    }),
    "argocd-redis": row({ in: "gitops", layer: "argocd", ports: { redis: 6379 } }),
    "git-server": row({ in: "gitops", layer: "git-server", ports: { git: GIT_PORT } }),
};

export type WorkloadId = keyof typeof TABLE;

/** Names of a workload's ports. */
export type PortName<Id extends WorkloadId> = keyof (typeof TABLE)[Id]["ports"] & string;

export const WORKLOAD_IDS = Object.keys(TABLE) as readonly WorkloadId[];

/** One workload of the table, whether its layer is on or not. */
export function workload(id: WorkloadId): Workload {
    const {
        in: namespace,
        labels = selector(id),
        account = id,
        hostNetwork = false,
        scraped = [],
        ...rest
    }: Row<string> = TABLE[id];
    return {
        id,
        namespace: namespace === KUBE_SYSTEM ? namespace : namespaceName(namespace),
        labels,
        account,
        hostNetwork,
        scraped,
        ...rest,
    };
}

/** Label by which Istio marks the pods of a Gateway, a waypoint among them. */
export const GATEWAY_LABEL = "gateway.networking.k8s.io/gateway-name";

/** The waypoint that istiod makes in an application's namespace. */
export function waypoint(namespace: string): Workload {
    return {
        id: `${WAYPOINT}-${namespace}`,
        namespace,
        labels: { [GATEWAY_LABEL]: WAYPOINT },
        account: WAYPOINT,
        layer: "istio",
        hostNetwork: false,
        ports: { hbone: HBONE_PORT, metrics: ISTIO_METRICS.waypoint, ready: 15021 },
        scraped: ["metrics"],
    };
}

/** Every workload of a stack, in the table's order and with the waypoints at the end. */
export function workloadsOf(config: Pick<PlatformConfig, "layers" | "applicationNamespaces">): readonly Workload[] {
    const waypoints = hasLayer(config, "istio") ? config.applicationNamespaces.map(waypoint) : [];
    return [
        ...WORKLOAD_IDS.map(workload).filter(({ layer }) => layer === undefined || hasLayer(config, layer)),
        ...waypoints,
    ];
}
