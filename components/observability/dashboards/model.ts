// Own builder instead of @grafana/grafana-foundation-sdk: that is 12 MB at version 0.0.21, for six kinds of panels.
import type { DatasourceUid } from "../grafana-datasources";

/** Plain JSON. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

/** Grafana's names of units. */
export type Unit =
    | "short"
    | "none"
    | "s"
    | "ms"
    | "bytes"
    | "Bps"
    | "pps"
    | "percentunit"
    | "reqps"
    | "cps"
    | "ops"
    | "cores"
    | "bool_yes_no";

/** One query of a panel. */
export interface Query {
    readonly datasource: DatasourceUid;
    readonly fields: JsonObject;
}

export interface PanelSpec {
    readonly title: string;
    /** What a reader should know; shown at the panel's corner. */
    readonly description?: string;
    /** Columns of the 24 that a dashboard has; 8 when absent. */
    readonly width?: number;
    /** Grid units of 30 pixels; each kind has its own default. */
    readonly height?: number;
    readonly unit?: Unit;
    readonly queries: readonly Query[];
}

/** A panel without its place. */
export interface Panel {
    readonly spec: PanelSpec;
    readonly height: number;
    readonly type: string;
    readonly options: JsonObject;
    readonly defaults: JsonObject;
    readonly transformations: readonly Json[];
}

/** Panels below a heading. */
export interface Row {
    readonly title: string;
    readonly panels: readonly Panel[];
}

/** Reference to a data source; its type has the same name as its uid. */
export function datasourceJson(uid: DatasourceUid): JsonObject {
    return { type: uid, uid };
}

/** PromQL over time. */
export function promql(expr: string, legend = "", options: { readonly exemplars?: boolean } = {}): Query {
    return {
        datasource: "prometheus",
        fields: {
            expr,
            legendFormat: legend,
            range: true,
            ...(options.exemplars === true ? { exemplar: true } : {}),
        },
    };
}

/** PromQL now: one value per series, under the legend where there is one; a table's columns are the labels. */
export function promqlNow(expr: string, legend = ""): Query {
    // As a table, Grafana forgets the legend.
    const format = legend === "" ? "table" : "time_series";
    return {
        datasource: "prometheus",
        fields: { expr, legendFormat: legend, instant: true, range: false, format },
    };
}

/** LogQL over time, for lines as for numbers. */
export function logql(expr: string, legend = ""): Query {
    return { datasource: "loki", fields: { expr, legendFormat: legend, queryType: "range" } };
}

/** TraceQL: spans, or numbers where the query ends in a metrics function. */
export function traceql(query: string, limit = 20): Query {
    return {
        datasource: "tempo",
        fields: { query, queryType: "traceql", tableType: "traces", metricsQueryType: "range", limit, filters: [] },
    };
}

/** Lines over time. */
export function timeseries(spec: PanelSpec & { readonly stacked?: boolean }): Panel {
    const stacking: JsonObject = spec.stacked === true ? { stacking: { mode: "normal" } } : {};
    const custom = { fillOpacity: 10, showPoints: "never", ...stacking };
    const options = { tooltip: { mode: "multi", sort: "desc" } };
    return panel("timeseries", spec, { height: 8, options, defaults: { custom, min: 0 } });
}

/** One large number per series; red from `badFrom` on, where it is given. */
export function stat(spec: PanelSpec & { readonly badFrom?: number; readonly badBelow?: number }): Panel {
    const { badFrom, badBelow } = spec;
    const steps =
        badBelow === undefined
            ? [{ color: "green", value: null }, ...(badFrom === undefined ? [] : [{ color: "red", value: badFrom }])]
            : [
                  { color: "red", value: null },
                  { color: "green", value: badBelow },
              ];
    return panel("stat", spec, {
        height: 4,
        options: { reduceOptions: { calcs: ["lastNotNull"] }, colorMode: "value", graphMode: "none" },
        defaults: { thresholds: { mode: "absolute", steps } },
    });
}

/** A table of what series are now: their labels, and the value under the panel's title. */
export function table(spec: PanelSpec & { readonly hide?: readonly string[] }): Panel {
    const excludeByName = Object.fromEntries(["Time", "__name__", ...(spec.hide ?? [])].map((name) => [name, true]));
    const organize = { id: "organize", options: { excludeByName, renameByName: { Value: spec.title } } };
    return panel("table", spec, { height: 8, transformations: [organize] });
}

/** Traces that a TraceQL query finds, each a link. */
export function traces(spec: PanelSpec): Panel {
    return panel("table", spec, { height: 10 });
}

/** Log lines. */
export function logs(spec: PanelSpec): Panel {
    const options = { showTime: true, wrapLogMessage: true, enableLogDetails: true, sortOrder: "Descending" };
    return panel("logs", spec, { height: 16, options });
}

/** Who calls whom, as Tempo's metrics generator saw it. */
export function serviceGraph(spec: Omit<PanelSpec, "queries">): Panel {
    const query: Query = { datasource: "tempo", fields: { queryType: "serviceMap", filters: [] } };
    return panel("nodeGraph", { ...spec, queries: [query] }, { height: 12 });
}

type Rest = Partial<Omit<Panel, "spec" | "type">> & Pick<Panel, "height">;

function panel(type: string, spec: PanelSpec, rest: Rest): Panel {
    const { options = {}, defaults = {}, transformations = [] } = rest;
    return { type, spec, height: spec.height ?? rest.height, options, defaults, transformations };
}
