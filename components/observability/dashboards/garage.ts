import { promql, promqlNow, stat, timeseries, type Row } from "./model";
import type { DashboardSpec } from "./render";

/** Whether Garage is well, how full it is, and what Loki and Tempo do with it. Needs layers prometheus and garage. */
export const GARAGE: DashboardSpec = {
    uid: "hearth-garage",
    title: "Garage",
    description: "Storage that speaks S3: health, space, requests, and the blocks and tables behind them.",
    rows: [state(), space(), requests(), blocks(), tables()],
};

function state(): Row {
    const answers = (title: string, expr: string, description: string) =>
        stat({ title, description, width: 4, unit: "bool_yes_no", badBelow: 1, queries: [promqlNow(expr)] });
    const bad = (title: string, expr: string, description: string) =>
        stat({ title, description, width: 4, badFrom: 1, queries: [promqlNow(expr)] });
    return {
        title: "State",
        panels: [
            answers("Answers", 'min(up{job="garage"}) or vector(0)', "Prometheus reaches it, with its token."),
            answers("Healthy", "min(cluster_healthy) or vector(0)", "Every storage node of the layout is connected."),
            stat({
                title: "Nodes connected",
                width: 4,
                badBelow: 1,
                queries: [promqlNow("min(cluster_connected_nodes) or vector(0)")],
            }),
            bad(
                "Partitions without quorum",
                "max(cluster_partitions - cluster_partitions_quorum)",
                "Objects in them can be neither read nor written.",
            ),
            bad("Blocks in error", "sum(block_resync_errored_blocks)", "Their last check failed; it is tried again."),
            bad(
                "Corrupt blocks",
                "sum(block_corruption_counter) or vector(0)",
                "Found when they were read, since Garage started. With one copy of each there is none to mend them with.",
            ),
        ],
    };
}

function space(): Row {
    return {
        title: "Space",
        panels: [
            timeseries({
                title: "Free",
                unit: "bytes",
                queries: [promql("min by (volume) (garage_local_disk_avail)", "{{volume}}")],
            }),
            timeseries({
                title: "Used",
                description:
                    "Of the file system below the volume: on Kind that is the node's disk, not the claim's size.",
                unit: "percentunit",
                queries: [
                    promql("max by (volume) (1 - garage_local_disk_avail / garage_local_disk_total)", "{{volume}}"),
                ],
            }),
            timeseries({
                title: "Buffer free",
                description: "Memory for data on its way to the disk. Requests wait while there is none.",
                unit: "bytes",
                queries: [promql("block_ram_buffer_free_kb * 1024", "free")],
            }),
        ],
    };
}

function requests(): Row {
    return {
        title: "S3",
        panels: [
            timeseries({
                title: "Requests",
                unit: "reqps",
                queries: [
                    promql(
                        "sum by (api_endpoint) (rate(api_s3_request_counter[$__rate_interval]))",
                        "{{api_endpoint}}",
                    ),
                ],
            }),
            timeseries({
                title: "Errors",
                description: "404 is an answer that Loki and Tempo ask for often.",
                unit: "reqps",
                queries: [
                    promql(
                        "sum by (api_endpoint, status_code) (rate(api_s3_error_counter[$__rate_interval]))",
                        "{{api_endpoint}} {{status_code}}",
                    ),
                ],
            }),
            timeseries({
                title: "Duration (95 %)",
                unit: "s",
                queries: [promql(p95("api_s3_request_duration", "api_endpoint"), "{{api_endpoint}}")],
            }),
        ],
    };
}

function blocks(): Row {
    return {
        title: "Blocks",
        panels: [
            timeseries({
                title: "Blocks known",
                description: "Larger objects are cut into them; small ones are in the tables.",
                unit: "short",
                queries: [promql("block_rc_size", "blocks")],
            }),
            timeseries({
                title: "Bytes on disk",
                unit: "Bps",
                queries: ["read", "written"].map((what) =>
                    promql(`sum(rate(block_bytes_${what}[$__rate_interval]))`, what),
                ),
            }),
            timeseries({
                title: "Duration (95 %)",
                unit: "s",
                queries: ["read", "write"].map((what) => promql(p95(`block_${what}_duration`), what)),
            }),
            timeseries({
                title: "Waiting to be checked",
                description: "Also blocks to be deleted, which wait for ten minutes.",
                width: 12,
                unit: "short",
                queries: [
                    promql("block_resync_queue_length", "waiting"),
                    promql("block_resync_errored_blocks", "failed"),
                ],
            }),
            timeseries({
                title: "Checks",
                width: 12,
                unit: "ops",
                queries: [
                    ["resync", "checked"],
                    ["resync_error", "failed"],
                    ["delete", "deleted"],
                ].map(([counter = "", what]) => promql(`sum(rate(block_${counter}_counter[$__rate_interval]))`, what)),
            }),
        ],
    };
}

function tables(): Row {
    const queue = (metric: string, what: string) =>
        promql(`sum by (table_name) (table_${metric}_queue_length) > 0`, `{{table_name}} ${what}`);
    return {
        title: "Tables",
        panels: [
            timeseries({
                title: "Entries",
                width: 12,
                unit: "short",
                queries: [promql("sum by (table_name) (table_size) > 0", "{{table_name}}")],
            }),
            timeseries({
                title: "Waiting",
                description: "Entries to be written and to be hashed; what was deleted waits a day before it goes.",
                width: 12,
                unit: "short",
                queries: [
                    queue("insert", "written"),
                    queue("merkle_updater_todo", "hashed"),
                    queue("gc_todo", "deleted"),
                ],
            }),
            timeseries({
                title: "Requests",
                width: 12,
                unit: "ops",
                queries: ["get", "put"].map((what) =>
                    promql(
                        `sum by (table_name) (rate(table_${what}_request_counter[$__rate_interval]))`,
                        `{{table_name}} ${what}`,
                    ),
                ),
            }),
            timeseries({
                title: "Duration (95 %)",
                width: 12,
                unit: "s",
                queries: ["get", "put"].map((what) => promql(p95(`table_${what}_request_duration`), what)),
            }),
        ],
    };
}

/** What 95 of 100 take at most, of a histogram. */
function p95(histogram: string, by?: string): string {
    const kept = by === undefined ? "le" : `le, ${by}`;
    return `histogram_quantile(0.95, sum by (${kept}) (rate(${histogram}_bucket[$__rate_interval])))`;
}
