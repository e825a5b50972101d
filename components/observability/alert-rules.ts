import { hasLayer, type PlatformConfig } from "../config/schema";
import { GITOPS_ALERTS } from "./alerts/gitops";
import { meshAlerts } from "./alerts/mesh";
import type { AlertRule, Severity } from "./alerts/model";
import { NETWORK_ALERTS } from "./alerts/network";
import { runbookUrl } from "./runbooks";

/** A rule as Prometheus' rule files have it. */
export interface PrometheusRule {
    readonly alert: string;
    readonly expr: string;
    readonly for?: string;
    readonly labels: { readonly severity: Severity };
    readonly annotations: {
        readonly summary: string;
        readonly description: string;
        /** The name under which Prometheus' world looks for it. */
        readonly runbook_url: string;
    };
}

const POD = "{{ $labels.namespace }}/{{ $labels.pod }}";

/** File systems that can fill up: not images, which are always full, nor memory. */
const DISKS = 'fstype=~"ext[234]|xfs|btrfs|zfs|f2fs"';

/** Rules about the layers that every mode has. */
const EVERYWHERE: readonly AlertRule[] = [
    {
        name: "Watchdog",
        layers: [],
        expr: "vector(1)",
        severity: "none",
        summary: "Alerting works",
        description: "Always fires. Where it is missing, rules are not evaluated or alerts do not arrive.",
    },
    {
        name: "TargetDown",
        layers: [],
        expr: "up == 0",
        for: "5m",
        severity: "warning",
        summary: "{{ $labels.job }} at {{ $labels.instance }} cannot be scraped",
        description: "Prometheus has had no metrics of it for 5 minutes. Its page Status > Targets shows the error.",
    },
    {
        name: "ConfigReloadFailed",
        layers: [],
        expr: "prometheus_config_last_reload_successful == 0 or alertmanager_config_last_reload_successful == 0",
        for: "5m",
        severity: "warning",
        summary: "{{ $labels.job }} runs with an old configuration",
        description: "It refused the newest one; its log says why.",
    },
    {
        name: "PodCrashLooping",
        layers: ["kube-state-metrics"],
        expr: 'max_over_time(kube_pod_container_status_waiting_reason{reason="CrashLoopBackOff"}[5m]) >= 1',
        for: "10m",
        severity: "warning",
        summary: `${POD} ends again and again`,
        description:
            "Container {{ $labels.container }} waits in CrashLoopBackOff. kubectl logs --previous shows its end.",
    },
    {
        name: "PodNotReady",
        layers: ["kube-state-metrics"],
        expr:
            'kube_pod_status_ready{condition="true"} == 0 ' +
            'unless on (namespace, pod) kube_pod_status_phase{phase=~"Succeeded|Failed"} == 1',
        for: "10m",
        severity: "warning",
        summary: `${POD} has not been ready for 10 minutes`,
        description: "kubectl describe pod shows what it waits for.",
    },
    {
        name: "PersistentVolumeFillingUp",
        layers: [],
        expr: "kubelet_volume_stats_available_bytes / kubelet_volume_stats_capacity_bytes < 0.1",
        for: "5m",
        severity: "warning",
        summary: "Volume {{ $labels.namespace }}/{{ $labels.persistentvolumeclaim }} is more than 90 % full",
        description: "Raise its size (hearth:sizes) or shorten retention (hearth:retention).",
    },
    {
        // Kind's volumes are folders of the node: the kubelet has no figures of theirs, the disk below has.
        name: "NodeDiskFillingUp",
        layers: ["node-exporter"],
        expr:
            `max by (instance, node, device) (1 - node_filesystem_avail_bytes{${DISKS}} ` +
            `/ node_filesystem_size_bytes{${DISKS}}) > 0.95`,
        for: "15m",
        severity: "warning",
        summary: "Disk {{ $labels.device }} of {{ $labels.node }} is more than 95 % full",
        description: "Volumes and images live on it. A full disk stops Garage, PostgreSQL and Prometheus alike.",
    },
    {
        name: "HighErrorRateOnEdge",
        layers: ["traefik"],
        // A share of few requests says little: below one in ten seconds nothing is said.
        expr:
            'sum by (entrypoint) (rate(traefik_entrypoint_requests_total{code=~"5.."}[5m])) ' +
            "/ sum by (entrypoint) (rate(traefik_entrypoint_requests_total[5m])) > 0.05 " +
            "and sum by (entrypoint) (rate(traefik_entrypoint_requests_total[5m])) > 0.1",
        for: "5m",
        severity: "warning",
        summary: "{{ $value | humanizePercentage }} of requests at {{ $labels.entrypoint }} fail",
        description: "Traefik answers with 5xx. Dashboard Traefik shows which services do.",
    },
    {
        name: "CollectorDroppingData",
        layers: ["otel-collector"],
        expr: ["send_failed", "enqueue_failed"]
            .flatMap((failure) =>
                ["log_records", "metric_points", "spans"].map(
                    (signal) => `sum by (pod, exporter) (rate(otelcol_exporter_${failure}_${signal}[10m])) > 0`,
                ),
            )
            .join(" or "),
        for: "5m",
        severity: "warning",
        summary: "Collector {{ $labels.pod }} loses data for {{ $labels.exporter }}",
        description: "The store refuses it for good, or the queue is full. The collector's log has the store's answer.",
    },
    {
        name: "LokiRequestErrors",
        layers: ["loki"],
        expr:
            'sum by (route) (rate(loki_request_duration_seconds_count{status_code=~"5.."}[5m])) ' +
            "/ sum by (route) (rate(loki_request_duration_seconds_count[5m])) > 0.1",
        for: "10m",
        severity: "warning",
        summary: "{{ $value | humanizePercentage }} of Loki's requests to {{ $labels.route }} fail",
        description: "Its log says why; often Garage is full or away.",
    },
    {
        name: "TempoIngestFailing",
        layers: ["tempo"],
        expr:
            "sum by (reason) (rate(tempo_discarded_spans_total[5m])) > 0 " +
            "or sum(rate(tempo_ingester_failed_flushes_total[5m])) > 0",
        for: "10m",
        severity: "warning",
        summary: "Tempo loses spans or cannot write blocks",
        description: "Reason: {{ or $labels.reason `blocks do not reach Garage` }}. Tempo's log has the details.",
    },
    {
        name: "PostgresDown",
        layers: ["postgresql"],
        expr: "pg_up == 0 or absent(pg_up)",
        for: "5m",
        severity: "critical",
        summary: "PostgreSQL does not answer",
        description: "Its exporter cannot connect, or is away itself. Look at pod postgresql-0 in namespace database.",
    },
    {
        name: "GarageDown",
        layers: ["garage"],
        expr: 'up{job="garage"} == 0 or cluster_healthy{job="garage"} == 0',
        for: "5m",
        severity: "critical",
        summary: "Garage does not answer or is not healthy",
        description:
            "Loki and Tempo cannot store or read what is older than minutes. Look at pod garage-0 in namespace storage.",
    },
];

type Settings = Pick<PlatformConfig, "layers" | "applicationNamespaces" | "runbooks">;

/**
 * Hearth's alerting rules, those of layers that are off as well. Durations are longer than the bring-up of the whole
 * platform, so that nothing fires on one that is merely new: on a steady platform only Watchdog does.
 */
export function allAlertRules(settings: Pick<Settings, "applicationNamespaces">): readonly AlertRule[] {
    return [...EVERYWHERE, ...NETWORK_ALERTS, ...meshAlerts(settings), ...GITOPS_ALERTS];
}

/** The rules of the layers that are on, as Prometheus wants them. */
export function alertRules(settings: Settings): readonly PrometheusRule[] {
    const on = allAlertRules(settings).filter(({ layers }) => layers.every((layer) => hasLayer(settings, layer)));
    return on.map((rule) => ({
        alert: rule.name,
        expr: rule.expr,
        ...(rule.for === undefined ? {} : { for: rule.for }),
        labels: { severity: rule.severity },
        annotations: {
            summary: rule.summary,
            description: rule.description,
            runbook_url: runbookUrl(rule.name, settings),
        },
    }));
}
