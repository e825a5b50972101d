import { hasLayer, type PlatformConfig } from "../config/schema";

/** Settings of one of the collector's components, as its file has them. */
export type Component = Readonly<Record<string, unknown>>;

/** What the collector handles; also the name of the pipeline. */
export type Signal = "logs" | "metrics" | "traces";

/** Id of the extension that keeps things on the node's disk. */
export const STORAGE = "file_storage";

const MIB = 1024 * 1024;

/** One exporter: where a signal goes. */
export interface Exporter {
    readonly id: string;
    readonly config: Component;
    /** Its queue is on disk, in the extension `STORAGE`. */
    readonly stored: boolean;
}

/** Counts what arrives in the collector's own log, and forgets it. */
export const DEBUG: Exporter = { id: "debug", stored: false, config: { verbosity: "basic" } };

/** The exporter of each signal that a layer stores. */
export function exportersOf(settings: Pick<PlatformConfig, "layers">): Readonly<Partial<Record<Signal, Exporter>>> {
    return {
        ...(hasLayer(settings, "loki") ? { logs: LOKI } : {}),
        ...(hasLayer(settings, "prometheus") ? { metrics: PROMETHEUS } : {}),
        ...(hasLayer(settings, "tempo") ? { traces: TEMPO } : {}),
    };
}

/**
 * Waits for a store as long as it takes, without loss and without growing: what is to be sent is on the node's disk
 * before it counts as received, and once the queue is full the receivers wait, so that file_log stays where it is
 * in its files and OTLP clients keep what they have.
 */
function patientDelivery(): Component {
    return {
        retry_on_failure: {
            enabled: true,
            // A store that comes up is found within seconds.
            initial_interval: "1s",
            max_interval: "15s",
            // Never given up; the default is five minutes, which a node without Loki exceeds at once.
            max_elapsed_time: "0s",
        },
        sending_queue: {
            enabled: true,
            storage: STORAGE,
            block_on_overflow: true,
            sizer: "bytes",
            // Per store and node; about 300 000 log lines of usual length.
            queue_size: 64 * MIB,
            num_consumers: 4,
            // Batching behind the queue, not by the batch processor before it: that one forgets up to a batch when
            // the collector is killed. The upper bound is below the 4 MiB that Loki and Tempo take at once.
            batch: { sizer: "bytes", flush_timeout: "1s", min_size: MIB / 4, max_size: 3 * MIB },
        },
    };
}

const TEMPO: Exporter = {
    id: "otlp_grpc/tempo",
    stored: true,
    config: {
        endpoint: "tempo.observability.svc:4317",
        // Inside the cluster; the mesh of mode full encrypts it.
        tls: { insecure: true },
        // Never leaves the machine: the processor's time is worth more than the bytes.
        compression: "none",
        ...patientDelivery(),
    },
};

const LOKI: Exporter = {
    id: "otlp_http/loki",
    stored: true,
    config: {
        logs_endpoint: "http://loki.observability.svc:3100/otlp/v1/logs",
        compression: "none",
        ...patientDelivery(),
    },
};

/**
 * Samples are remote-written with their exemplars. The exporter knows no queue on disk; what it waits with is
 * bounded instead: a sample that comes much later than the next one of its series would be refused anyway.
 */
const PROMETHEUS: Exporter = {
    id: "prometheus_remote_write",
    stored: false,
    config: {
        http: {
            endpoint: "http://prometheus.observability.svc:9090/api/v1/write",
            tls: { insecure: true },
            timeout: "10s",
        },
        // Of one request with all its retries; without it, it would be 5 s.
        timeout: "5m",
        // The interval between retries is constant: the exporter does not read max_interval.
        retry_on_failure: { enabled: true, initial_interval: "2s", max_elapsed_time: "5m" },
        remote_write_queue: { enabled: true, queue_size: 100 },
        // One request at a time: two could overtake each other, and Prometheus refuses samples out of order.
        max_batch_request_parallelism: 1,
        // Type, unit and help of each metric.
        send_metadata: true,
        // The resource's attributes become labels of target_info, to be joined by job and instance. As labels of
        // every series they would make a new set of series with each pod (its uid, its name).
        target_info: { enabled: true },
        resource_to_telemetry_conversion: { enabled: false },
    },
};
