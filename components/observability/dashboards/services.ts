import { hasLayer, type PlatformConfig } from "../../config/schema";
import { logql, logs, promql, serviceGraph, timeseries } from "./model";
import type { DashboardSpec } from "./render";
import { metricLabel } from "./variables";

/** Spans of a service that answer somebody. */
const ANSWERS = 'service=~"$service", span_kind=~"SPAN_KIND_SERVER|SPAN_KIND_CONSUMER"';
const FAILED = `${ANSWERS}, status_code="STATUS_CODE_ERROR"`;

/**
 * Rate, errors and duration of every traced service, from the series that Tempo makes of spans. A point on a
 * duration's graph is a trace (exemplar). Needs layers prometheus and tempo.
 */
export function services(settings: Pick<PlatformConfig, "layers">): DashboardSpec {
    const calls = (selector: string, by: string): string =>
        `sum by (${by}) (rate(traces_spanmetrics_calls_total{${selector}}[$__rate_interval]))`;
    const quantile = (q: number, by: string): string =>
        `histogram_quantile(${q}, sum by (le, ${by}) (rate(traces_spanmetrics_latency_bucket{${ANSWERS}}[$__rate_interval])))`;
    return {
        uid: "hearth-services",
        title: "Services",
        description: "Rate, errors and duration of traced services; points are exemplars and lead to their traces.",
        variables: [metricLabel("service", "traces_spanmetrics_calls_total", "service")],
        rows: [
            {
                title: "By service",
                panels: [
                    timeseries({
                        title: "Requests",
                        unit: "reqps",
                        queries: [promql(calls(ANSWERS, "service"), "{{service}}", { exemplars: true })],
                    }),
                    timeseries({
                        title: "Errors",
                        unit: "percentunit",
                        queries: [promql(`${calls(FAILED, "service")} / ${calls(ANSWERS, "service")}`, "{{service}}")],
                    }),
                    timeseries({
                        title: "Duration",
                        unit: "s",
                        queries: [
                            promql(quantile(0.95, "service"), "{{service}} 95 %", { exemplars: true }),
                            promql(quantile(0.5, "service"), "{{service}} 50 %"),
                        ],
                    }),
                ],
            },
            {
                title: "By operation",
                panels: [
                    timeseries({
                        title: "Requests",
                        unit: "reqps",
                        queries: [promql(calls(ANSWERS, "service, span_name"), "{{service}} {{span_name}}")],
                    }),
                    timeseries({
                        title: "Errors",
                        unit: "reqps",
                        queries: [promql(calls(FAILED, "service, span_name"), "{{service}} {{span_name}}")],
                    }),
                    timeseries({
                        title: "Duration (95 %)",
                        unit: "s",
                        queries: [
                            promql(quantile(0.95, "service, span_name"), "{{service}} {{span_name}}", {
                                exemplars: true,
                            }),
                        ],
                    }),
                ],
            },
            {
                title: "Calls between services",
                panels: [
                    serviceGraph({ title: "Who calls whom", width: 24 }),
                    timeseries({
                        title: "Calls",
                        width: 12,
                        unit: "reqps",
                        queries: [
                            promql(
                                "sum by (client, server) (rate(traces_service_graph_request_total[$__rate_interval]))",
                                "{{client}} → {{server}}",
                            ),
                        ],
                    }),
                    timeseries({
                        title: "Failed calls",
                        width: 12,
                        unit: "reqps",
                        queries: [
                            promql(
                                "sum by (client, server) (rate(traces_service_graph_request_failed_total[$__rate_interval]))",
                                "{{client}} → {{server}}",
                            ),
                        ],
                    }),
                ],
            },
            ...(hasLayer(settings, "loki")
                ? [
                      {
                          title: "Logs",
                          panels: [
                              logs({
                                  title: "Lines of these services",
                                  width: 24,
                                  queries: [logql('{service_name=~"$service"}')],
                              }),
                          ],
                      },
                  ]
                : []),
        ],
    };
}
