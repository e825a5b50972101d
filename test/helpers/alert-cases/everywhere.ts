import type { CasesByAlert } from "./model";

const WEB = { namespace: "shop", pod: "web-1" };
const DISK = 'instance="10.0.0.1:9100", node="worker", device="/dev/vda"';
const DROPPED = 'pod="otel-collector-a", exporter="otlp_http/loki"';

/** Situations of the alerts that every mode has. */
export const EVERYWHERE_CASES: CasesByAlert = {
    Watchdog: { fires: [{ series: {}, minute: 0, labels: {}, summary: "Alerting works" }] },
    TargetDown: {
        fires: [
            {
                series: { 'up{job="loki", instance="10.0.0.1:3100"}': "0x9" },
                minute: 6,
                labels: { job: "loki", instance: "10.0.0.1:3100" },
                summary: "loki at 10.0.0.1:3100 cannot be scraped",
            },
        ],
        silent: [{ series: { 'up{job="loki", instance="10.0.0.1:3100"}': "0x3 1x9" }, minute: 8 }],
    },
    ConfigReloadFailed: {
        fires: [
            {
                series: {
                    'prometheus_config_last_reload_successful{job="prometheus"}': "0x9",
                    'alertmanager_config_last_reload_successful{job="alertmanager"}': "1x9",
                },
                minute: 6,
                labels: { job: "prometheus" },
                summary: "prometheus runs with an old configuration",
            },
            {
                series: { 'alertmanager_config_last_reload_successful{job="alertmanager"}': "0x9" },
                minute: 6,
                labels: { job: "alertmanager" },
                summary: "alertmanager runs with an old configuration",
            },
        ],
        silent: [{ series: { 'prometheus_config_last_reload_successful{job="prometheus"}': "0x3 1x9" }, minute: 8 }],
    },
    PodCrashLooping: {
        fires: [
            {
                series: {
                    'kube_pod_container_status_waiting_reason{reason="CrashLoopBackOff", namespace="shop", pod="web-1", container="app"}':
                        "1 0 0 0 1 0 0 0 1 0 0 0 1 0 0 0",
                },
                minute: 13,
                labels: { ...WEB, container: "app", reason: "CrashLoopBackOff" },
                summary: "shop/web-1 ends again and again",
                description: "Container app waits in CrashLoopBackOff. kubectl logs --previous shows its end.",
            },
        ],
        silent: [
            {
                series: {
                    'kube_pod_container_status_waiting_reason{reason="CrashLoopBackOff", namespace="shop", pod="web-1", container="app"}':
                        "1x2 0x20",
                    'kube_pod_container_status_waiting_reason{reason="ContainerCreating", namespace="shop", pod="web-2", container="app"}':
                        "1x20",
                },
                minute: 13,
            },
        ],
    },
    PodNotReady: {
        fires: [
            {
                series: {
                    'kube_pod_status_ready{condition="true", namespace="shop", pod="web-1"}': "0x15",
                    'kube_pod_status_phase{phase="Running", namespace="shop", pod="web-1"}': "1x15",
                    'kube_pod_status_phase{phase="Succeeded", namespace="shop", pod="web-1"}': "0x15",
                },
                minute: 11,
                labels: { ...WEB, condition: "true" },
                summary: "shop/web-1 has not been ready for 10 minutes",
            },
        ],
        silent: [
            {
                series: {
                    'kube_pod_status_ready{condition="true", namespace="shop", pod="job-1"}': "0x15",
                    'kube_pod_status_phase{phase="Succeeded", namespace="shop", pod="job-1"}': "1x15",
                },
                minute: 11,
            },
        ],
    },
    PersistentVolumeFillingUp: {
        fires: [
            {
                series: {
                    'kubelet_volume_stats_available_bytes{namespace="shop", persistentvolumeclaim="data"}': "9x9",
                    'kubelet_volume_stats_capacity_bytes{namespace="shop", persistentvolumeclaim="data"}': "100x9",
                },
                minute: 6,
                labels: { namespace: "shop", persistentvolumeclaim: "data" },
                summary: "Volume shop/data is more than 90 % full",
            },
        ],
        silent: [
            {
                series: {
                    'kubelet_volume_stats_available_bytes{namespace="shop", persistentvolumeclaim="data"}': "11x9",
                    'kubelet_volume_stats_capacity_bytes{namespace="shop", persistentvolumeclaim="data"}': "100x9",
                },
                minute: 6,
            },
        ],
    },
    NodeDiskFillingUp: {
        fires: [
            {
                series: {
                    [`node_filesystem_avail_bytes{fstype="ext4", mountpoint="/", ${DISK}}`]: "4x19",
                    [`node_filesystem_size_bytes{fstype="ext4", mountpoint="/", ${DISK}}`]: "100x19",
                },
                minute: 16,
                labels: { instance: "10.0.0.1:9100", node: "worker", device: "/dev/vda" },
                summary: "Disk /dev/vda of worker is more than 95 % full",
            },
        ],
        silent: [
            {
                series: {
                    [`node_filesystem_avail_bytes{fstype="ext4", mountpoint="/", ${DISK}}`]: "6x19",
                    [`node_filesystem_size_bytes{fstype="ext4", mountpoint="/", ${DISK}}`]: "100x19",
                    'node_filesystem_avail_bytes{fstype="squashfs", node="worker", device="/dev/loop0"}': "0x19",
                    'node_filesystem_size_bytes{fstype="squashfs", node="worker", device="/dev/loop0"}': "100x19",
                },
                minute: 16,
            },
        ],
    },
    HighErrorRateOnEdge: {
        fires: [
            {
                series: {
                    'traefik_entrypoint_requests_total{entrypoint="web", code="502"}': "0+6x19",
                    'traefik_entrypoint_requests_total{entrypoint="web", code="200"}': "0+54x19",
                },
                minute: 8,
                labels: { entrypoint: "web" },
                summary: "10% of requests at web fail",
            },
        ],
        silent: [
            // Half of them fail, of three in a minute.
            {
                series: {
                    'traefik_entrypoint_requests_total{entrypoint="web", code="502"}': "0+2x19",
                    'traefik_entrypoint_requests_total{entrypoint="web", code="200"}': "0+1x19",
                },
                minute: 8,
            },
            // What clients do wrong is no failure of the edge.
            {
                series: {
                    'traefik_entrypoint_requests_total{entrypoint="web", code="404"}': "0+54x19",
                    'traefik_entrypoint_requests_total{entrypoint="web", code="502"}': "0+2x19",
                },
                minute: 8,
            },
        ],
    },
    CollectorDroppingData: {
        fires: ["send_failed_log_records", "enqueue_failed_spans", "send_failed_metric_points"].map((failure) => ({
            series: { [`otelcol_exporter_${failure}{${DROPPED}}`]: "0+5x19" },
            minute: 8,
            labels: { pod: "otel-collector-a", exporter: "otlp_http/loki" },
            summary: "Collector otel-collector-a loses data for otlp_http/loki",
        })),
        silent: [{ series: { [`otelcol_exporter_send_failed_log_records{${DROPPED}}`]: "7x19" }, minute: 8 }],
    },
    LokiRequestErrors: {
        fires: [
            {
                series: {
                    'loki_request_duration_seconds_count{route="otlp_v1_logs", status_code="500"}': "0+20x19",
                    'loki_request_duration_seconds_count{route="otlp_v1_logs", status_code="204"}': "0+80x19",
                },
                minute: 13,
                labels: { route: "otlp_v1_logs" },
                summary: "20% of Loki's requests to otlp_v1_logs fail",
            },
        ],
        silent: [
            {
                series: {
                    'loki_request_duration_seconds_count{route="otlp_v1_logs", status_code="500"}': "0+5x19",
                    'loki_request_duration_seconds_count{route="otlp_v1_logs", status_code="204"}': "0+95x19",
                },
                minute: 13,
            },
        ],
    },
    TempoIngestFailing: {
        fires: [
            {
                series: { 'tempo_discarded_spans_total{reason="rate_limited"}': "0+6x19" },
                minute: 13,
                labels: { reason: "rate_limited" },
                summary: "Tempo loses spans or cannot write blocks",
                description: "Reason: rate_limited. Tempo's log has the details.",
            },
            {
                series: { 'tempo_ingester_failed_flushes_total{job="tempo"}': "0+1x19" },
                minute: 13,
                labels: {},
                summary: "Tempo loses spans or cannot write blocks",
                description: "Reason: blocks do not reach Garage. Tempo's log has the details.",
            },
        ],
        silent: [{ series: { 'tempo_discarded_spans_total{reason="rate_limited"}': "0+6x3 18x19" }, minute: 16 }],
    },
    PostgresDown: {
        fires: [
            {
                series: { 'pg_up{job="postgresql"}': "0x9" },
                minute: 6,
                labels: { job: "postgresql" },
                summary: "PostgreSQL does not answer",
            },
            { series: {}, minute: 6, labels: {}, summary: "PostgreSQL does not answer" },
        ],
        silent: [{ series: { 'pg_up{job="postgresql"}': "0x3 1x9" }, minute: 8 }],
    },
    GarageDown: {
        fires: [
            {
                series: { 'up{job="garage"}': "1x9", 'cluster_healthy{job="garage"}': "0x9" },
                minute: 6,
                labels: { job: "garage" },
                summary: "Garage does not answer or is not healthy",
            },
            {
                series: { 'up{job="garage", namespace="storage"}': "0x9" },
                minute: 6,
                labels: { job: "garage", namespace: "storage" },
                summary: "Garage does not answer or is not healthy",
            },
        ],
        silent: [{ series: { 'up{job="garage"}': "1x9", 'cluster_healthy{job="garage"}': "0x3 1x9" }, minute: 8 }],
    },
};
