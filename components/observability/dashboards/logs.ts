import { hasLayer, type PlatformConfig } from "../../config/schema";
import { logql, logs, promql, timeseries, type Row } from "./model";
import type { DashboardSpec } from "./render";
import { logLabel, text } from "./variables";

const LINES = '{k8s_namespace_name=~"$namespace", service_name=~"$service"} |~ `(?i)$search`';

/** Pods' log lines with a search, and how Loki is doing. Needs layer loki. */
export function logsDashboard(settings: Pick<PlatformConfig, "layers">): DashboardSpec {
    return {
        uid: "hearth-logs",
        title: "Logs",
        description: "Log lines by namespace, service and text; a line with a trace id leads to its trace.",
        variables: [
            logLabel("namespace", "k8s_namespace_name"),
            logLabel("service", "service_name"),
            text("search", "Text or regular expression"),
        ],
        rows: [
            {
                title: "Lines",
                panels: [
                    timeseries({
                        title: "Lines by level",
                        width: 24,
                        unit: "short",
                        stacked: true,
                        queries: [
                            logql(
                                `sum by (detected_level) (count_over_time(${LINES} [$__auto]))`,
                                "{{detected_level}}",
                            ),
                        ],
                    }),
                    logs({ title: "Lines", width: 24, queries: [logql(LINES)] }),
                ],
            },
            ...(hasLayer(settings, "prometheus") ? [lokiItself()] : []),
        ],
    };
}

function lokiItself(): Row {
    return {
        title: "Loki",
        panels: [
            timeseries({
                title: "Lines received",
                unit: "cps",
                queries: [promql("sum(rate(loki_distributor_lines_received_total[$__rate_interval]))", "lines")],
            }),
            timeseries({
                title: "Lines refused",
                description: "Too old, too long, or too many at once.",
                unit: "cps",
                queries: [
                    promql("sum by (reason) (rate(loki_discarded_samples_total[$__rate_interval]))", "{{reason}}"),
                ],
            }),
            timeseries({
                title: "Duration of requests (99 %)",
                unit: "s",
                queries: [
                    promql(
                        "histogram_quantile(0.99, sum by (le, route) (rate(loki_request_duration_seconds_bucket{" +
                            'route=~"loki_api_v1_push|otlp_v1_logs|loki_api_v1_query_range|loki_api_v1_query"}[$__rate_interval])))',
                        "{{route}}",
                    ),
                ],
            }),
        ],
    };
}
