import type { PlatformConfig } from "../config/schema";
import { DEBUG, exportersOf, STORAGE, type Component, type Signal } from "./collector-exporters";
import { podLogOperators } from "./collector-operators";

/** The slice of stack config that decides the collector's own configuration. */
export type CollectorSettings = Pick<PlatformConfig, "layers" | "cluster">;

/** One pipeline, by the ids of its components. */
export interface Pipeline {
    readonly receivers: readonly string[];
    readonly processors: readonly string[];
    readonly exporters: readonly string[];
}

/** The collector's configuration, as its file has it. */
export interface CollectorConfig {
    readonly extensions: Readonly<Record<string, Component>>;
    readonly receivers: Readonly<Record<string, Component>>;
    readonly processors: Readonly<Record<string, Component>>;
    readonly exporters: Readonly<Record<string, Component>>;
    readonly service: {
        readonly extensions: readonly string[];
        readonly telemetry: Component;
        readonly pipelines: Readonly<Partial<Record<Signal, Pipeline>>>;
    };
}

/** Ports of the collector's pod. */
export const COLLECTOR_PORTS = { otlpGrpc: 4317, otlpHttp: 4318, metrics: 8888, health: 13133 } as const;

/** Name of the DaemonSet, its Service, and what else belongs to it. */
export const COLLECTOR_NAME = "otel-collector";

/** Folder on the node that keeps what must outlive a pod: positions in log files, and what is still to be sent. */
export const COLLECTOR_STATE = "/var/lib/hearth/otelcol";

/** Folder on the node where the kubelet keeps pods' logs: `<namespace>_<pod>_<uid>/<container>/<restart>.log`. */
export const POD_LOGS = "/var/log/pods";

/** Variable with the node's name; `k8s_attributes` watches the pods of this node only. */
export const NODE_NAME_VARIABLE = "K8S_NODE_NAME";

/**
 * The collector's configuration.
 *
 * A signal has a pipeline when a layer that stores it is on, and no other: without Tempo a client that sends traces
 * is told so (HTTP 404, gRPC Unimplemented) instead of having them thrown away behind its back. With no such layer
 * at all, every signal goes to the `debug` exporter, which counts it in the collector's log: the collector does not
 * start without a pipeline.
 */
export function collectorConfig(settings: CollectorSettings, namespace: string): CollectorConfig {
    const outputs = exportersOf(settings);
    const signals: readonly Signal[] = ["logs", "metrics", "traces"];
    const nowhere = signals.every((signal) => outputs[signal] === undefined);
    const targets = nowhere ? { logs: DEBUG, metrics: DEBUG, traces: DEBUG } : outputs;
    const on = signals.flatMap((signal) => {
        const exporter = targets[signal];
        return exporter === undefined ? [] : [{ signal, exporter, podLogs: signal === "logs" && !nowhere }];
    });
    const podLogs = on.some((pipeline) => pipeline.podLogs);
    const metrics = on.some(({ signal }) => signal === "metrics");
    const stored = on.some(({ exporter }) => exporter.stored);
    return {
        extensions: {
            health_check: { endpoint: anyAddress(COLLECTOR_PORTS.health) },
            ...(stored ? { [STORAGE]: storage() } : {}),
        },
        receivers: { otlp: otlp(), ...(podLogs ? { [POD_LOG_RECEIVER]: podLogReceiver(namespace) } : {}) },
        processors: {
            memory_limiter: MEMORY_LIMITER,
            k8s_attributes: k8sAttributes(),
            resource: clusterName(settings.cluster.name),
            ...(metrics ? { [INSTANCE]: instanceOfPod(), batch: BATCH } : {}),
        },
        exporters: Object.fromEntries(on.map(({ exporter }) => [exporter.id, exporter.config])),
        service: {
            extensions: ["health_check", ...(stored ? [STORAGE] : [])],
            telemetry: ownTelemetry(),
            pipelines: Object.fromEntries(
                on.map((pipeline) => [
                    pipeline.signal,
                    {
                        receivers: ["otlp", ...(pipeline.podLogs ? [POD_LOG_RECEIVER] : [])],
                        processors: [
                            "memory_limiter",
                            // Before anything that batches: it needs the connection that the data came by.
                            "k8s_attributes",
                            "resource",
                            ...(pipeline.signal === "metrics" ? [INSTANCE, "batch"] : []),
                        ],
                        exporters: [pipeline.exporter.id],
                    },
                ]),
            ),
        },
    };
}

/** For remote write only. Small: with the queue of 100 it bounds the memory that a missing Prometheus costs. */
const BATCH: Component = { timeout: "2s", send_batch_size: 1000, send_batch_max_size: 2000 };

/** Refuses data before the container's memory limit ends the process; senders keep it and come again. */
const MEMORY_LIMITER: Component = { check_interval: "1s", limit_percentage: 80, spike_limit_percentage: 25 };

const POD_LOG_RECEIVER = "file_log/pods";
const INSTANCE = "resource/instance";

/** Listens on the pod's address; nothing is published on the node. */
function anyAddress(port: number): string {
    return `0.0.0.0:${port}`;
}

function otlp(): Component {
    return {
        protocols: {
            grpc: { endpoint: anyAddress(COLLECTOR_PORTS.otlpGrpc) },
            http: { endpoint: anyAddress(COLLECTOR_PORTS.otlpHttp) },
        },
    };
}

function storage(): Component {
    return {
        directory: COLLECTOR_STATE,
        create_directory: true,
        // A file that a crash of the machine left broken is put aside instead of keeping the collector down.
        recreate: true,
        // The queue's file shrinks again after a store was away; by default only one beyond 100 MiB would.
        compaction: {
            on_start: true,
            on_rebound: true,
            rebound_needed_threshold_mib: 16,
            rebound_trigger_threshold_mib: 4,
            directory: COLLECTOR_STATE,
            cleanup_on_start: true,
        },
    };
}

function podLogReceiver(namespace: string): Component {
    return {
        include: [`${POD_LOGS}/*/*/*.log`],
        // Its own log would feed itself: a line about a failed delivery would be one more line to deliver.
        exclude: [`${POD_LOGS}/${namespace}_${COLLECTOR_NAME}-*_*/*/*.log`],
        // Lines that were written before the collector came up count too; known files go on where they were left.
        start_at: "beginning",
        storage: STORAGE,
        // The container operator reads the pod from the path.
        include_file_path: true,
        include_file_name: false,
        // Else the space at the end of a part is lost when a long line is put together again.
        preserve_trailing_whitespaces: true,
        // What is refused (memory_limiter) is tried again; the default is to lose it.
        retry_on_failure: { enabled: true, max_elapsed_time: "0s" },
        operators: podLogOperators(),
    };
}

/** Everything here comes from the pods of this node, which is all that the ServiceAccount may read. */
function k8sAttributes(): Component {
    return {
        auth_type: "serviceAccount",
        filter: { node_from_env_var: NODE_NAME_VARIABLE },
        // The first lines after a start would lack their attributes, and no one could add them later.
        wait_for_metadata: true,
        wait_for_metadata_timeout: "30s",
        extract: {
            metadata: [
                "k8s.namespace.name",
                "k8s.pod.name",
                "k8s.pod.uid",
                "k8s.node.name",
                "k8s.container.name",
                "k8s.deployment.name",
                "k8s.statefulset.name",
                "k8s.daemonset.name",
                "k8s.job.name",
                "k8s.cronjob.name",
                "service.name",
                "service.namespace",
            ],
            // A pod's annotation `resource.opentelemetry.io/<attribute>` sets that attribute.
            otel_annotations: true,
        },
        pod_association: [
            // The first whose attributes are there decides, whether it finds a pod or not. Pod logs, by their path: not
            // by uid, since static pods (etcd, API server) have the hash of their file in its place.
            {
                sources: [
                    { from: "resource_attribute", name: "k8s.namespace.name" },
                    { from: "resource_attribute", name: "k8s.pod.name" },
                ],
            },
            // SDKs that know their pod; then whoever the connection came from.
            { sources: [{ from: "resource_attribute", name: "k8s.pod.uid" }] },
            { sources: [{ from: "resource_attribute", name: "k8s.pod.ip" }] },
            { sources: [{ from: "connection" }] },
        ],
    };
}

function clusterName(name: string): Component {
    return { attributes: [{ key: "k8s.cluster.name", value: name, action: "insert" }] };
}

/** Two pods of one service that do not name their instance would otherwise write into the same series. */
function instanceOfPod(): Component {
    return { attributes: [{ key: "service.instance.id", from_attribute: "k8s.pod.name", action: "insert" }] };
}

function ownTelemetry(): Component {
    const prometheus = {
        host: "0.0.0.0",
        port: COLLECTOR_PORTS.metrics,
        // The names that upstream's dashboards and its documentation use.
        without_scope_info: true,
        without_type_suffix: true,
        without_units: true,
    };
    return { metrics: { level: "normal", readers: [{ pull: { exporter: { prometheus } } }] } };
}
