import { hasLayer, type PlatformConfig } from "../config/schema";
import type { Values } from "../core/release";
import { REMOTE_WRITE_URL, TEMPO_PORT } from "./addresses";
import type { ObjectStore } from "./object-store";

/** The slice of stack config that decides Tempo's own configuration. */
export type TempoSettings = Pick<PlatformConfig, "layers" | "retentionHours">;

/** Ports on which Tempo takes OTLP. */
export const TEMPO_OTLP = { grpc: 4317, http: 4318 } as const;

/** Folder of the volume: write-ahead logs, and what the metrics generator keeps. */
const DATA = "/var/tempo";

/** Tempo's whole configuration: the chart's template of it cannot leave the Jaeger receivers out. */
export function tempoConfig(settings: TempoSettings, store: ObjectStore): Values {
    return {
        // Phones home by default.
        usage_report: { reporting_enabled: false },
        server: { http_listen_port: TEMPO_PORT, log_level: "info" },
        distributor: {
            receivers: {
                otlp: {
                    protocols: {
                        grpc: { endpoint: `0.0.0.0:${TEMPO_OTLP.grpc}` },
                        http: { endpoint: `0.0.0.0:${TEMPO_OTLP.http}` },
                    },
                },
            },
        },
        ingester: {
            // One process needs not prove itself to a ring: Tempo is ready after 0.2 s instead of 17 s.
            lifecycler: { min_ready_duration: "0s", final_sleep: "0s" },
            max_block_duration: "5m",
            trace_idle_period: "5s",
            // What is not in Garage yet is put there when Tempo is stopped, so that it outlives the volume, too.
            flush_all_on_shutdown: true,
        },
        // Searches look into Garage for what is older than a block stays in the ingester.
        query_frontend: { search: { query_backend_after: "5m" }, metrics: { query_backend_after: "5m" } },
        compactor: { compaction: { block_retention: `${settings.retentionHours.traces}h` } },
        storage: { trace: { backend: "s3", blocklist_poll: "30s", wal: { path: `${DATA}/wal` }, s3: s3(store) } },
        metrics_generator: metricsGenerator(settings),
        // Without this list the generator runs and does nothing.
        overrides: { defaults: { metrics_generator: { processors: processors(settings) } } },
    };
}

/** The keys come from the environment: what is in this configuration ends up in a ConfigMap. */
function s3({ endpoint, region }: ObjectStore): Values {
    const { host, protocol } = new URL(endpoint);
    return { endpoint: host, bucket: "tempo-traces", region, insecure: protocol === "http:", forcepathstyle: true };
}

/** Series that are made of spans need a Prometheus to go to; TraceQL's metrics are kept by Tempo itself. */
function processors(settings: TempoSettings): readonly string[] {
    return hasLayer(settings, "prometheus") ? ["service-graphs", "span-metrics", "local-blocks"] : ["local-blocks"];
}

function metricsGenerator(settings: TempoSettings): Values {
    const remoteWrite = hasLayer(settings, "prometheus") ? [{ url: REMOTE_WRITE_URL, send_exemplars: true }] : [];
    return {
        processor: {
            span_metrics: {
                dimensions: ["http.request.method", "http.response.status_code"],
                enable_target_info: true,
            },
            service_graphs: { dimensions: ["service.namespace"] },
            // All spans: by default TraceQL's metrics would count those of servers only.
            local_blocks: { flush_to_storage: false, filter_server_spans: false },
        },
        registry: { collection_interval: "15s", external_labels: { source: "tempo" } },
        storage: { path: `${DATA}/generator/wal`, remote_write: remoteWrite },
        traces_storage: { path: `${DATA}/generator/traces` },
    };
}
