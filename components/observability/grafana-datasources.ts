import type { Layer } from "../config/layers";
import { hasLayer, type PlatformConfig } from "../config/schema";
import { clusterUrl, LOKI_URL, TEMPO_URL } from "./addresses";

/** Fixed uid of a data source: what dashboards and other data sources name. Each is also the layer it stands for. */
export type DatasourceUid = Layer & ("prometheus" | "loki" | "tempo" | "alertmanager");

/** A data source as Grafana's provisioning has it. */
export interface Datasource {
    readonly name: string;
    readonly uid: DatasourceUid;
    readonly type: DatasourceUid;
    readonly access: "proxy";
    readonly url: string;
    readonly isDefault: boolean;
    readonly editable: false;
    readonly jsonData: Readonly<Record<string, unknown>>;
}

type Settings = Pick<PlatformConfig, "layers">;

/** Prometheus' scrape interval: graphs never ask for a finer step. */
const SCRAPE_INTERVAL = "15s";

/** How far around a span its logs and metrics are looked for. */
const AROUND_SPAN = { spanStartTimeShift: "-5m", spanEndTimeShift: "5m" };

/** `$` begins a variable in provisioning files, and `$$` is a `$`. */
const LINKED_VALUE = "$${__value.raw}";

/** The data sources of the layers that are on. None of them refers to one that is off. */
export function datasources(settings: Settings): readonly Datasource[] {
    const all: readonly [DatasourceUid, string, string, Datasource["jsonData"]][] = [
        ["prometheus", "Prometheus", clusterUrl("prometheus"), prometheus(settings)],
        ["loki", "Loki", LOKI_URL, loki(settings)],
        ["tempo", "Tempo", TEMPO_URL, tempo(settings)],
        ["alertmanager", "Alertmanager", clusterUrl("alertmanager"), ALERTMANAGER],
    ];
    return all
        .filter(([uid]) => hasLayer(settings, uid))
        .map(([uid, name, url, jsonData], index) => ({
            name,
            uid,
            type: uid,
            access: "proxy",
            url,
            isDefault: index === 0,
            editable: false,
            jsonData,
        }));
}

function prometheus(settings: Settings): Datasource["jsonData"] {
    // OpenTelemetry's SDKs and the collector name the label of an exemplar `trace_id`, Tempo's generator `traceID`.
    const exemplarTraceIdDestinations = ["trace_id", "traceID"].map((name) => ({
        name,
        datasourceUid: "tempo",
        urlDisplayLabel: "Trace",
    }));
    return {
        httpMethod: "POST",
        timeInterval: SCRAPE_INTERVAL,
        prometheusType: "Prometheus",
        manageAlerts: true,
        ...(hasLayer(settings, "tempo") ? { exemplarTraceIdDestinations } : {}),
    };
}

function loki(settings: Settings): Datasource["jsonData"] {
    const link = { datasourceUid: "tempo", url: LINKED_VALUE, urlDisplayLabel: "Trace" };
    const derivedFields = [
        // Structured metadata of OTLP logs and of pods' logs whose lines the collector understood.
        { name: "trace_id", matcherType: "label", matcherRegex: "^trace_id$", ...link },
        // Browsers evaluate it, and their regular expressions know no (?i).
        {
            name: "Trace in line",
            matcherType: "regex",
            matcherRegex: "[tT](?:race|RACE)_?[iI][dD][\"'=:\\\\ ]+([0-9a-f]{32})",
            ...link,
        },
    ];
    return {
        manageAlerts: true,
        maxLines: 1000,
        timeout: 60,
        ...(hasLayer(settings, "tempo") ? { derivedFields } : {}),
    };
}

function tempo(settings: Settings): Datasource["jsonData"] {
    return {
        nodeGraph: { enabled: true },
        // A trace is looked for around the time of the graph it was found in; blocks of all times would be read.
        traceQuery: { timeShiftEnabled: true, spanStartTimeShift: "-30m", spanEndTimeShift: "30m" },
        ...(hasLayer(settings, "loki") ? { tracesToLogsV2: tracesToLogs() } : {}),
        ...(hasLayer(settings, "prometheus")
            ? { tracesToMetrics: tracesToMetrics(), serviceMap: { datasourceUid: "prometheus" } }
            : {}),
    };
}

function tracesToLogs(): Datasource["jsonData"] {
    return {
        datasourceUid: "loki",
        ...AROUND_SPAN,
        filterByTraceID: true,
        filterBySpanID: false,
        // OTLP attributes and the Loki labels that they became.
        tags: [
            { key: "service.name", value: "service_name" },
            { key: "k8s.namespace.name", value: "k8s_namespace_name" },
        ],
    };
}

/** Series that Tempo's metrics generator makes of spans; their label is `service`. */
function tracesToMetrics(): Datasource["jsonData"] {
    const calls = "traces_spanmetrics_calls_total{$$__tags";
    return {
        datasourceUid: "prometheus",
        ...AROUND_SPAN,
        tags: [{ key: "service.name", value: "service" }],
        queries: [
            { name: "Request rate", query: `sum by (span_name) (rate(${calls}}[5m]))` },
            {
                name: "Error rate",
                query: `sum by (span_name) (rate(${calls},status_code="STATUS_CODE_ERROR"}[5m]))`,
            },
            {
                name: "95th percentile",
                query: "histogram_quantile(0.95, sum by (le) (rate(traces_spanmetrics_latency_bucket{$$__tags}[5m])))",
            },
        ],
    };
}

/** Alerts come from Prometheus' rules; Grafana's own are not sent there. */
const ALERTMANAGER = { implementation: "prometheus", handleGrafanaManagedAlerts: false };
