import { hasLayer, type PlatformConfig } from "../../config/schema";
import { layerHealth } from "./layer-health";
import { promql, promqlNow, stat, table, timeseries, type Panel, type Row } from "./model";
import type { DashboardSpec } from "./render";

type Settings = Pick<PlatformConfig, "layers">;

/** The first look: is everything there, is anything wrong, how much is used. Needs layer prometheus. */
export function platformOverview(settings: Settings): DashboardSpec {
    return {
        uid: "hearth-platform",
        title: "Platform",
        description: "Health of the platform's parts, and what they use.",
        rows: [
            { title: "Health", panels: [...health(settings), layerHealth(settings), ...alerts()] },
            ...(hasLayer(settings, "node-exporter") ? [nodes()] : []),
            prometheus(),
        ],
    };
}

function health(settings: Settings): readonly Panel[] {
    const targetsDown = stat({
        title: "Targets down",
        width: 4,
        badFrom: 1,
        queries: [promqlNow("count(up == 0) or vector(0)")],
    });
    const firing = stat({
        title: "Alerts firing",
        description: "Without Watchdog, which always fires.",
        width: 4,
        badFrom: 1,
        queries: [promqlNow('count(ALERTS{alertstate="firing", alertname!="Watchdog"}) or vector(0)')],
    });
    if (!hasLayer(settings, "kube-state-metrics")) return [targetsDown, firing];
    return [
        targetsDown,
        firing,
        stat({
            title: "Nodes not ready",
            width: 4,
            badFrom: 1,
            queries: [
                promqlNow('count(kube_node_status_condition{condition="Ready", status="true"} == 0) or vector(0)'),
            ],
        }),
        stat({
            title: "Pods running",
            width: 4,
            queries: [promqlNow('sum(kube_pod_status_phase{phase="Running"})')],
        }),
        stat({
            title: "Pods pending or failed",
            width: 4,
            badFrom: 1,
            queries: [promqlNow('sum(kube_pod_status_phase{phase=~"Pending|Failed|Unknown"})')],
        }),
        stat({
            title: "Restarts in the last hour",
            width: 4,
            queries: [promqlNow("sum(round(increase(kube_pod_container_status_restarts_total[1h])))")],
        }),
    ];
}

function alerts(): readonly Panel[] {
    return [
        table({
            title: "Alerts",
            width: 12,
            queries: [promqlNow('ALERTS{alertname!="Watchdog"}')],
        }),
        table({ title: "Down", width: 12, queries: [promqlNow("up == 0")] }),
    ];
}

function nodes(): Row {
    const busy = 'sum by (node) (rate(node_cpu_seconds_total{mode!="idle"}[$__rate_interval]))';
    return {
        title: "Nodes",
        panels: [
            timeseries({ title: "CPU", unit: "cores", queries: [promql(busy, "{{node}}")] }),
            timeseries({
                title: "Memory used",
                unit: "bytes",
                queries: [promql("node_memory_MemTotal_bytes - node_memory_MemAvailable_bytes", "{{node}}")],
            }),
            timeseries({
                title: "Disk used",
                description: "Each disk once, however often it is mounted.",
                unit: "percentunit",
                queries: [
                    promql(
                        'max by (node, device) (1 - node_filesystem_avail_bytes{fstype=~"ext[234]|xfs|btrfs|zfs|f2fs"} ' +
                            '/ node_filesystem_size_bytes{fstype=~"ext[234]|xfs|btrfs|zfs|f2fs"})',
                        "{{node}} {{device}}",
                    ),
                ],
            }),
        ],
    };
}

function prometheus(): Row {
    return {
        title: "Prometheus",
        panels: [
            timeseries({
                title: "Series",
                unit: "short",
                queries: [promql("prometheus_tsdb_head_series", "in memory")],
            }),
            timeseries({
                title: "Samples stored",
                unit: "cps",
                queries: [
                    promql(
                        "sum by (type) (rate(prometheus_tsdb_head_samples_appended_total[$__rate_interval]))",
                        "{{type}}",
                    ),
                ],
            }),
            timeseries({
                title: "Size of blocks",
                description: "Blocks are deleted by age and when they fill four fifths of the volume.",
                unit: "bytes",
                queries: [promql("prometheus_tsdb_storage_blocks_bytes", "blocks")],
            }),
        ],
    };
}
