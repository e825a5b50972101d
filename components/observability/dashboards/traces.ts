import { hasLayer, type PlatformConfig } from "../../config/schema";
import { promql, timeseries, traceql, traces, type Row } from "./model";
import type { DashboardSpec } from "./render";

/** The newest, the slowest and the failed traces, and how Tempo is doing. Needs layer tempo. */
export function tracesDashboard(settings: Pick<PlatformConfig, "layers">): DashboardSpec {
    return {
        uid: "hearth-traces",
        title: "Traces",
        description: "Traces that are worth a look.",
        rows: [
            {
                title: "Spans",
                panels: [
                    timeseries({
                        title: "Spans by service",
                        width: 12,
                        unit: "cps",
                        queries: [traceql("{} | rate() by (resource.service.name)")],
                    }),
                    timeseries({
                        title: "Failed spans by service",
                        width: 12,
                        unit: "cps",
                        queries: [traceql("{status = error} | rate() by (resource.service.name)")],
                    }),
                ],
            },
            {
                title: "Traces",
                panels: [
                    traces({ title: "Newest", width: 24, queries: [traceql("{}")] }),
                    traces({ title: "Failed", width: 12, queries: [traceql("{status = error}")] }),
                    traces({ title: "Slower than a second", width: 12, queries: [traceql("{traceDuration > 1s}")] }),
                ],
            },
            ...(hasLayer(settings, "prometheus") ? [tempoItself()] : []),
        ],
    };
}

function tempoItself(): Row {
    return {
        title: "Tempo",
        panels: [
            timeseries({
                title: "Spans received",
                unit: "cps",
                queries: [promql("sum(rate(tempo_distributor_spans_received_total[$__rate_interval]))", "spans")],
            }),
            timeseries({
                title: "Spans refused",
                unit: "cps",
                queries: [
                    promql("sum by (reason) (rate(tempo_discarded_spans_total[$__rate_interval]))", "{{reason}}"),
                ],
            }),
            timeseries({
                title: "Blocks in Garage",
                unit: "short",
                queries: [
                    promql("sum(tempodb_blocklist_length)", "blocks"),
                    promql(
                        "sum(increase(tempo_ingester_failed_flushes_total[$__rate_interval]))",
                        "tries to write one that failed",
                    ),
                ],
            }),
        ],
    };
}
