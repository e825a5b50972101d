import { promql, timeseries, type Panel } from "./model";
import type { DashboardSpec } from "./render";

const SIGNALS = ["log_records", "metric_points", "spans"] as const;

/** What goes through the collector, what waits and what is lost. Needs layers prometheus and otel-collector. */
export const COLLECTOR: DashboardSpec = {
    uid: "hearth-collector",
    title: "Collector",
    description: "The OpenTelemetry Collector on every node: in, out, waiting, lost.",
    rows: [
        { title: "In", panels: SIGNALS.map((signal) => flow("Received", "receiver_accepted", signal, "receiver")) },
        { title: "Out", panels: SIGNALS.map((signal) => flow("Sent", "exporter_sent", signal, "exporter")) },
        {
            title: "Trouble",
            panels: [
                timeseries({
                    title: "Waiting to be sent",
                    description:
                        "Bytes for Loki and Tempo, which are kept on the node's disk; requests for Prometheus.",
                    unit: "short",
                    queries: [promql("sum by (node, exporter) (otelcol_exporter_queue_size)", "{{node}} {{exporter}}")],
                }),
                timeseries({
                    title: "Lost",
                    description: "Refused by the store for good, or without room in the queue.",
                    unit: "cps",
                    queries: SIGNALS.flatMap((signal) =>
                        ["send_failed", "enqueue_failed"].map((failure) =>
                            promql(rate(`exporter_${failure}`, signal, "exporter"), `{{exporter}} ${failure}`),
                        ),
                    ),
                }),
                timeseries({
                    title: "Refused",
                    description: "Senders were told to come again: the queue was full or memory short.",
                    unit: "cps",
                    queries: SIGNALS.map((signal) =>
                        promql(rate("receiver_refused", signal, "receiver"), `{{receiver}} ${signal}`),
                    ),
                }),
            ],
        },
        {
            title: "The collector itself",
            panels: [
                timeseries({
                    title: "Memory",
                    width: 12,
                    unit: "bytes",
                    queries: [promql("otelcol_process_memory_rss", "{{node}}")],
                }),
                timeseries({
                    title: "CPU",
                    width: 12,
                    unit: "cores",
                    queries: [promql("rate(otelcol_process_cpu_seconds[$__rate_interval])", "{{node}}")],
                }),
            ],
        },
    ],
};

function rate(metric: string, signal: (typeof SIGNALS)[number], by: string): string {
    return `sum by (${by}) (rate(otelcol_${metric}_${signal}[$__rate_interval]))`;
}

function flow(what: string, metric: string, signal: (typeof SIGNALS)[number], by: string): Panel {
    const title = `${what}: ${signal.replace("_", " ")}`;
    return timeseries({ title, unit: "cps", queries: [promql(rate(metric, signal, by), `{{${by}}}`)] });
}
