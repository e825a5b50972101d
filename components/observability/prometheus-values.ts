import { resolveImage, type ImageRef } from "../config/images";
import { portOf } from "../config/ports";
import { hasLayer, type PlatformConfig, type ServiceType } from "../config/schema";
import { quantityBytes, resources } from "../core/quantity";
import type { Values } from "../core/release";
import { RESTRICTED_CONTAINER, restrictedPod } from "../core/security";
import { clusterUrl, personalUrl } from "./addresses";
import { alertRules } from "./alert-rules";
import { alertmanagerValues } from "./alertmanager-values";
import { pinnedTag } from "./chart-images";
import { kubeStateMetricsValues, nodeExporterValues } from "./exporter-values";
import { GARAGE_TOKEN_FOLDER, scrapeConfigs } from "./prometheus-scrape";
import { scraped } from "./scraped";
import { exposed } from "./service-values";

/** The slice of stack config that decides how Prometheus and what its chart brings along run. */
export type PrometheusSettings = Pick<
    PlatformConfig,
    "applicationNamespaces" | "cluster" | "images" | "layers" | "ports" | "retentionHours" | "runbooks" | "sizes"
>;

/** Names that Hearth relies on: of the server's Service and of the ServiceAccounts that its roles are bound to. */
export const PROMETHEUS = "prometheus";

/** User `nobody` of Prometheus' images. */
export const NOBODY = 65534;

/** Part of the volume that blocks may fill; the log of writes and compaction need the rest (Prometheus' manual: 80-85 %). */
const BLOCKS_SHARE = 0.8;

const MIB = 1024 * 1024;

/** Attributes of an OTLP resource that become labels of each of its series; the rest is in `target_info`. */
const PROMOTED_ATTRIBUTES = [
    "service.name",
    "service.namespace",
    "service.instance.id",
    "k8s.namespace.name",
    "k8s.pod.name",
    "k8s.deployment.name",
    "k8s.node.name",
];

/** Values for the chart `prometheus`: the server, and of its subcharts those whose layers are on. */
export function prometheusValues(settings: PrometheusSettings, serviceType: ServiceType): Values {
    return {
        server: server(settings, serviceType),
        // Prometheus looks at its files itself (`config.auto-reload`): one container and one image less.
        configmapReload: { prometheus: { enabled: false } },
        // The chart's ClusterRole may read every ConfigMap; `prometheus-rbac.ts` has a smaller one.
        rbac: { create: false },
        scrapeConfigs: scrapeConfigs(settings),
        serverFiles: { "alerting_rules.yml": { groups: [{ name: "hearth", rules: alertRules(settings) }] } },
        alertmanager: subchart(settings, "alertmanager", () => alertmanagerValues(settings, serviceType)),
        "kube-state-metrics": subchart(settings, "kube-state-metrics", () => kubeStateMetricsValues(settings)),
        "prometheus-node-exporter": subchart(settings, "node-exporter", () => nodeExporterValues(settings)),
        "prometheus-pushgateway": { enabled: false },
    };
}

function subchart(
    settings: PrometheusSettings,
    layer: "alertmanager" | "kube-state-metrics" | "node-exporter",
    values: () => Values,
): Values {
    return hasLayer(settings, layer) ? { enabled: true, ...values() } : { enabled: false };
}

function server(settings: PrometheusSettings, serviceType: ServiceType): Values {
    const url = personalUrl(settings, "prometheus");
    return {
        fullnameOverride: PROMETHEUS,
        image: image(resolveImage("prometheus", settings.images)),
        retention: `${settings.retentionHours.metrics}h`,
        retentionSize: `${Math.floor((quantityBytes(settings.sizes.prometheus) * BLOCKS_SHARE) / MIB)}MB`,
        global: {
            scrape_interval: "15s",
            scrape_timeout: "10s",
            evaluation_interval: "15s",
            scrape_native_histograms: true,
            // Beside the native ones: rules and dashboards of the world ask for `_bucket` and `_count`.
            always_scrape_classic_histograms: true,
        },
        // Not `web.enable-lifecycle`, the chart's default: any page in a browser could end Prometheus by a POST.
        extraFlags: ["web.enable-remote-write-receiver", "web.enable-otlp-receiver", "config.auto-reload"],
        extraArgs: { "config.auto-reload-interval": "15s", "enable-feature": "exemplar-storage" },
        // Remote write and OTLP come from several senders, each with its own clock and queue.
        tsdb: { out_of_order_time_window: "10m" },
        exemplars: { max_exemplars: 100_000 },
        otlp: { promote_resource_attributes: PROMOTED_ATTRIBUTES },
        ...(hasLayer(settings, "alertmanager") ? { alertmanagers: [alertmanager()] } : {}),
        // Links in alerts lead to where a person reaches Prometheus.
        ...(url === undefined ? {} : { baseURL: url }),
        ...(hasLayer(settings, "garage") ? { extraSecretMounts: [garageToken()] } : {}),
        persistentVolume: { enabled: true, size: settings.sizes.prometheus },
        service: { ...exposed("prometheus", serviceType), servicePort: portOf("prometheus").port },
        podAnnotations: scraped(portOf("prometheus").port),
        enableServiceLinks: false,
        // The chart's 30 s before the first look are pure waiting: Prometheus is ready after 1 s on an empty volume.
        readinessProbeInitialDelay: 1,
        readinessProbePeriodSeconds: 2,
        // A large log of writes takes its time to be read again.
        startupProbe: { enabled: true, periodSeconds: 2, failureThreshold: 300, timeoutSeconds: 5 },
        livenessProbeInitialDelay: 0,
        terminationGracePeriodSeconds: 60,
        securityContext: restrictedPod(NOBODY),
        containerSecurityContext: RESTRICTED_CONTAINER,
        resources: resources("50m", "256Mi", "1Gi"),
    };
}

/** The chart joins `repository@digest` or `repository:tag`. */
function image({ registry, repository, tag, digest }: ImageRef): Values {
    const name = { repository: `${registry}/${repository}` };
    return digest === undefined ? { ...name, tag: tag ?? pinnedTag("prometheus") } : { ...name, digest };
}

function alertmanager(): Values {
    return { static_configs: [{ targets: [new URL(clusterUrl("alertmanager")).host] }] };
}

/** Secret garage-metrics with the one key `token`; made by components/secrets. */
function garageToken(): Values {
    return { name: "garage-metrics", secretName: "garage-metrics", mountPath: GARAGE_TOKEN_FOLDER, readOnly: true };
}
