import { isEnrolled } from "../config/enrolment";
import { namespaceName } from "../config/namespaces";
import { hasLayer, type PlatformConfig } from "../config/schema";
import { podTargets, type PodTarget } from "./scrape-targets";

/** One step of Prometheus' relabelling. */
export interface Relabel {
    readonly source_labels?: readonly string[];
    readonly regex?: string;
    readonly target_label?: string;
    readonly replacement?: string;
    /** `replace` when absent. */
    readonly action?: "replace" | "keep" | "drop";
}

/** One scrape job, as Prometheus' configuration has it without the name. */
export interface ScrapeJob {
    readonly relabel_configs?: readonly Relabel[];
    readonly metric_relabel_configs?: readonly Relabel[];
    readonly [setting: string]: unknown;
}

/** Folder of the token that Garage wants to see. */
export const GARAGE_TOKEN_FOLDER = "/etc/prometheus/secrets/garage";

const SERVICE_ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount";
const META = "__meta_kubernetes_";

const NOT_RUNNING = drop(`${META}pod_phase`, "Pending|Succeeded|Failed|Completed");

/** Where the pod of a target is. */
const WHERE: readonly Relabel[] = [
    label("namespace", `${META}namespace`),
    label("pod", `${META}pod_name`),
    label("node", `${META}pod_node_name`),
];

/** Jobs of the chart's values; they put every label of a pod on each of its series, and scrape what Kind has not got. */
const CHART_JOBS = [
    "prometheus",
    "kubernetes-api-servers",
    "kubernetes-nodes",
    "kubernetes-nodes-cadvisor",
    "kubernetes-service-endpoints",
    "kubernetes-service-endpoints-slow",
    "prometheus-pushgateway",
    "kubernetes-services",
    "kubernetes-pods",
    "kubernetes-pods-slow",
];

type Settings = Pick<PlatformConfig, "layers" | "applicationNamespaces">;

/**
 * Hearth's scrape jobs by name. Whoever annotates a pod or a Service (`prometheus.io/scrape|port|path|scheme`) is
 * scraped; label `job` is then its `app.kubernetes.io/name`. The pods of `scrape-targets.ts` have jobs of their own. No job looks for scheduler, controller manager, etcd or
 * kube-proxy: on Kind those listen on the node's loopback only, and would be reported down for ever.
 */
export function scrapeJobs(settings: Settings): Readonly<Record<string, ScrapeJob>> {
    const targets = podTargets(settings);
    const elsewhere = [...scrapedElsewhere(targets), ...closed(settings)];
    return {
        kubelet: kubelet("/metrics", [drop("__name__", ".+_bucket")]),
        cadvisor: kubelet("/metrics/cadvisor", [
            // The sums over a node's system slices, and what nobody looks at: half of the series.
            { source_labels: ["__name__", "pod"], regex: "container_.+;", action: "drop" },
            drop("__name__", "container_(blkio|tasks_state|memory_failures|spec|threads|ulimits|file_desc|sockets).*"),
        ]),
        "annotated-pods": annotatedPods(elsewhere),
        "annotated-services": annotatedServices(elsewhere),
        ...(hasLayer(settings, "kube-state-metrics") ? { "kube-state-metrics": kubeStateMetrics() } : {}),
        ...(hasLayer(settings, "garage") ? { garage: garage() } : {}),
        ...Object.fromEntries(targets.map((target) => [target.job, podsOf(target)])),
    };
}

/** Value `scrapeConfigs` of the chart: its own jobs off, Hearth's on. */
export function scrapeConfigs(settings: Settings): Readonly<Record<string, ScrapeJob | { readonly enabled: false }>> {
    const off = Object.fromEntries(CHART_JOBS.map((name) => [name, { enabled: false as const }]));
    return { ...off, ...scrapeJobs(settings) };
}

/** One of the kubelet's endpoints on every node, as job `kubelet` with the path as label: the names that upstream's rules use. */
function kubelet(path: string, metricRelabels: readonly Relabel[]): ScrapeJob {
    return {
        kubernetes_sd_configs: [{ role: "node" }],
        scheme: "https",
        metrics_path: path,
        // kubeadm's kubelets sign their certificates themselves.
        tls_config: { insecure_skip_verify: true },
        authorization: { credentials_file: `${SERVICE_ACCOUNT}/token` },
        // cAdvisor dates its samples itself; without this, series of pods that are gone would linger.
        track_timestamps_staleness: true,
        relabel_configs: [
            { target_label: "job", replacement: "kubelet" },
            label("metrics_path", "__metrics_path__"),
            label("node", `${META}node_name`),
        ],
        metric_relabel_configs: metricRelabels,
    };
}

function annotatedPods(elsewhere: readonly Relabel[]): ScrapeJob {
    return {
        kubernetes_sd_configs: [{ role: "pod" }],
        relabel_configs: [
            keep(annotation("pod", "scrape"), "true"),
            ...elsewhere,
            NOT_RUNNING,
            ...annotatedEndpoint("pod"),
            address([`${META}pod_ip`, annotation("pod", "port")], "([^:]+);(\\d+)", "$1:$2"),
            address([`${META}pod_ip`, annotation("pod", "port")], "(.*:.*);(\\d+)", "[$1]:$2"),
            { target_label: "job", replacement: "annotated-pods" },
            label("job", `${META}pod_label_app`),
            label("job", `${META}pod_label_app_kubernetes_io_name`),
            ...WHERE,
        ],
    };
}

/** Pods by label and port. Every port of a pod becomes the same target, and is scraped once. */
function podsOf({ namespaces, label: [name, value], port, path, unwanted }: PodTarget): ScrapeJob {
    return {
        kubernetes_sd_configs: [
            {
                role: "pod",
                namespaces: { names: [...namespaces] },
                // Of all pods of a namespace, the API server sends these only.
                selectors: [{ role: "pod", label: `${name}=${value}` }],
            },
        ],
        metrics_path: path,
        relabel_configs: [
            NOT_RUNNING,
            address([`${META}pod_ip`], "([^:]+)", `$1:${port}`),
            address([`${META}pod_ip`], "(.*:.*)", `[$1]:${port}`),
            ...WHERE,
        ],
        ...(unwanted === undefined ? {} : { metric_relabel_configs: [drop("__name__", unwanted)] }),
    };
}

/** Steps that leave out, by annotations, what has a job of its own: every series would be there twice. */
function scrapedElsewhere(targets: readonly PodTarget[]): readonly Relabel[] {
    const steps = targets.map(({ namespaces, label: [name, value] }): Relabel => ({
        source_labels: [`${META}namespace`, `${META}pod_label_${name.replaceAll(/[^a-zA-Z0-9_]/g, "_")}`],
        regex: `(${namespaces.join("|")});${value}`,
        action: "drop",
    }));
    // Two jobs may look at the same pods.
    const written = steps.map((step) => JSON.stringify(step));
    return steps.filter((_step, index) => written.indexOf(written[index] ?? "") === index);
}

/**
 * Leaves out the pods of applications in the mesh: they admit their waypoint alone, so that they would be down for
 * ever. Their metrics they send to the collector.
 */
function closed(settings: Settings): readonly Relabel[] {
    const namespaces = settings.applicationNamespaces.filter((name) => isEnrolled(name, settings));
    return namespaces.length === 0 ? [] : [drop(`${META}namespace`, namespaces.join("|"))];
}

function annotatedServices(elsewhere: readonly Relabel[]): ScrapeJob {
    return {
        kubernetes_sd_configs: [{ role: "endpointslice" }],
        relabel_configs: [
            keep(annotation("service", "scrape"), "true"),
            ...elsewhere,
            ...annotatedEndpoint("service"),
            address(["__address__", annotation("service", "port")], "(.+?)(?::\\d+)?;(\\d+)", "$1:$2"),
            label("job", `${META}service_name`),
            label("job", `${META}service_label_app_kubernetes_io_name`),
            label("namespace", `${META}namespace`),
            label("service", `${META}service_name`),
            label("pod", `${META}pod_name`),
            label("node", `${META}pod_node_name`),
        ],
    };
}

/** Scheme and path as the annotations of a pod or Service say. */
function annotatedEndpoint(kind: "pod" | "service"): readonly Relabel[] {
    return [
        { source_labels: [annotation(kind, "scheme")], regex: "(https?)", target_label: "__scheme__" },
        label("__metrics_path__", annotation(kind, "path")),
    ];
}

function annotation(kind: "pod" | "service", name: string): string {
    return `${META}${kind}_annotation_prometheus_io_${name}`;
}

/** Sets the address where sources match, that is, where the annotation with the port is there. */
function address(sources: readonly string[], regex: string, replacement: string): Relabel {
    return { source_labels: sources, regex, replacement, target_label: "__address__" };
}

/** Its series are about other pods, so that labels `namespace`, `pod` and `node` are theirs. */
function kubeStateMetrics(): ScrapeJob {
    return {
        honor_labels: true,
        static_configs: [{ targets: [`kube-state-metrics.${namespaceName("observability")}.svc:8080`] }],
    };
}

/** A job of its own, since Garage shows its metrics to bearers of a token only. */
function garage(): ScrapeJob {
    return {
        // Read anew for each scrape: a changed token needs no restart.
        authorization: { credentials_file: `${GARAGE_TOKEN_FOLDER}/token` },
        static_configs: [
            {
                targets: [`garage-admin.${namespaceName("storage")}.svc:3903`],
                labels: { namespace: namespaceName("storage") },
            },
        ],
    };
}

/** Copies a label where it has a value. */
function label(target: string, source: string): Relabel {
    return { source_labels: [source], regex: "(.+)", target_label: target };
}

function keep(source: string, regex: string): Relabel {
    return { source_labels: [source], regex, action: "keep" };
}

function drop(source: string, regex: string): Relabel {
    return { source_labels: [source], regex, action: "drop" };
}
