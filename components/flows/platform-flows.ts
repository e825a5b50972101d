import { hostPorts } from "../config/ports";
import type { PlatformConfig } from "../config/schema";
import { flow, peer, podsOf, port, portNamed, type Flow, type Peer } from "./peers";
import { surroundingsOf } from "./surroundings";
import { workloadsOf, type PortName, type Workload, type WorkloadId } from "./workloads";

type Settings = Pick<PlatformConfig, "layers" | "applicationNamespaces" | "cluster">;

/** A flow between two workloads of the table; it is there when both are. */
interface Between {
    readonly from: WorkloadId;
    readonly to: WorkloadId;
    readonly port: number;
    readonly reason: string;
}

function between<To extends WorkloadId>(from: WorkloadId, to: To, name: PortName<To>, reason: string): Between {
    return { from, to, port: port(to, name), reason };
}

/** What the platform's programs say to each other; scrapes, names and the API server are below. */
const BETWEEN: readonly Between[] = [
    between("prometheus", "alertmanager", "http", "Alerts go to whoever groups and routes them."),
    between("grafana", "prometheus", "http", "Dashboards ask for metrics."),
    between("grafana", "alertmanager", "http", "Dashboards show alerts and silences."),
    between("grafana", "loki", "http-metrics", "Dashboards ask for log lines."),
    between("grafana", "tempo", "prom-metrics", "Dashboards ask for traces."),
    between("loki", "garage", "s3", "Chunks and rules live in buckets."),
    between("loki", "alertmanager", "http", "Alerts of rules about log lines go there too."),
    between("tempo", "garage", "s3", "Blocks of traces live in a bucket."),
    between("tempo", "prometheus", "http", "Metrics that are made of spans are remote-written."),
    between("traefik", "otel-collector", "otlp-grpc", "Spans of requests."),
    between("otel-collector", "loki", "http-metrics", "Log lines of pods and of OTLP clients."),
    between("otel-collector", "tempo", "otlp-grpc", "Spans of OTLP clients."),
    between("otel-collector", "prometheus", "http", "Metrics of OTLP clients are remote-written."),
    between("hubble-ui", "hubble-relay", "grpc", "The page shows the flows of all nodes."),
    between("hubble-relay", "cilium", "peer", "Relay gathers flows from the agent of every node."),
    between("ztunnel", "istiod", "tls-xds", "Workloads, policies and certificates of the mesh."),
    between("argocd-server", "argocd-repo-server", "repo-server", "The page shows what repositories render to."),
    between("argocd-server", "argocd-redis", "redis", "The page reads what the controller keeps of applications."),
    between("argocd-application-controller", "argocd-repo-server", "repo-server", "What should be in the cluster."),
    between("argocd-application-controller", "argocd-redis", "redis", "It keeps the state of applications there."),
    between("argocd-applicationset-controller", "argocd-repo-server", "repo-server", "Folders of the repository."),
    between("argocd-repo-server", "argocd-redis", "redis", "It keeps what it has rendered there."),
    between("argocd-repo-server", "git-server", "git", "It fetches the checkout that make push has brought there."),
];

/** Who looks up names; the others are told addresses, or ask nobody. */
const RESOLVERS: readonly WorkloadId[] = [
    "traefik",
    "prometheus",
    "grafana",
    "loki",
    "tempo",
    "otel-collector",
    "hubble-relay",
    "hubble-ui",
    "ztunnel",
    "argocd-server",
    "argocd-repo-server",
    "argocd-application-controller",
    "argocd-applicationset-controller",
];

/** Who asks the API server, and for what. */
const API_CLIENTS: Readonly<Partial<Record<WorkloadId, string>>> = {
    traefik: "It watches routes and the Services behind them.",
    prometheus: "It watches the pods, Services and nodes that it scrapes.",
    "kube-state-metrics": "It watches the objects that it counts.",
    "otel-collector": "It watches the pods of its node, whose names it adds to signals.",
    "hubble-ui": "The page lists namespaces.",
    istiod: "It watches everything that the mesh's configuration is made of.",
    "istio-cni": "It watches the pods of its node, to take them into the mesh.",
    "argocd-server": "It reads and writes applications, and checks who may.",
    "argocd-application-controller": "It compares the cluster with the repository, and applies what differs.",
    "argocd-applicationset-controller": "It makes the applications.",
};

/** Flows between the platform's own programs, and from them to what every cluster has. */
export function platformFlows(config: Settings): readonly Flow[] {
    const { apiServer, nodes } = surroundingsOf(config);
    const there = new Map(workloadsOf(config).map((workload) => [workload.id, workload]));
    return [
        ...BETWEEN.filter(({ from, to }) => there.has(from) && there.has(to)).map(({ from, to, port, reason }) =>
            flow(`${from}/${to}`, peer(from), inNetwork(peer(to), nodes), [port], reason),
        ),
        ...Object.entries(API_CLIENTS).flatMap(([id, reason]) => {
            const client = there.get(id);
            return client === undefined
                ? []
                : [flow(`api/${id}`, podsOf(client), apiServer.peer, apiServer.ports, reason)];
        }),
        ...RESOLVERS.filter((id) => there.has(id)).map((id) => resolves(id, peer(id))),
        ...(there.has("prometheus") ? scrapes([...there.values()], nodes) : []),
        ...(there.has("istiod") ? [webhook(nodes)] : []),
        ...entrances(config, [...there.values()]),
    ];
}

/** A look-up of names, over UDP and, for long answers, TCP. */
export function resolves(what: string, from: Peer): Flow {
    const reason = "It looks up the names of those that it talks to.";
    return flow(`dns/${what}`, from, peer("coredns"), [port("coredns", "dns")], reason, ["UDP", "TCP"]);
}

/** Port of the kubelet's API on every node. */
const KUBELET = 10250;

function scrapes(workloads: readonly Workload[], nodes: Peer): readonly Flow[] {
    const from = peer("prometheus");
    return [
        flow("scrape/kubelet", from, nodes, [KUBELET], "Metrics of kubelets and of the containers on their nodes."),
        ...workloads
            .filter(({ scraped }) => scraped.length > 0)
            .map((workload) => {
                const ports = workload.scraped.map((name) => portNamed(workload, name));
                const reason = `Metrics of ${workload.id}.`;
                return flow(`scrape/${workload.id}`, from, inNetwork(podsOf(workload), nodes), ports, reason);
            }),
    ];
}

/** The API server runs in a node's network, and from another node its calls look like any of that node's. */
function webhook(nodes: Peer): Flow {
    const reason = "The API server asks istiod whether objects of the mesh are valid.";
    return flow("webhook/istiod", nodes, peer("istiod"), [port("istiod", "webhooks")], reason);
}

/** People come by the port table's ports, where the Services behind them are open to the outside. */
function entrances(config: Settings, workloads: readonly Workload[]): readonly Flow[] {
    const { cluster } = config;
    if (cluster.provider === "existing" && cluster.serviceType === "ClusterIP") return [];
    const open = new Map(hostPorts(config.layers, 0).map((row) => [row.id, row.nodePort]));
    return workloads.flatMap((workload) => {
        const { id, entrance } = workload;
        const ports = entrance?.rows.flatMap((row) => open.get(row) ?? []) ?? [];
        if (entrance === undefined || ports.length === 0) return [];
        const reason = `People come by port ${ports.join(" or ")} of the port table.`;
        const { outside } = surroundingsOf(config);
        return [flow(`enter/${id}`, outside, podsOf(workload), [portNamed(workload, entrance.port)], reason)];
    });
}

/** Programs in the nodes' network are named as nodes are on this cluster. */
function inNetwork(of: Peer, nodes: Peer): Peer {
    return of.kind === "nodes" ? nodes : of;
}
