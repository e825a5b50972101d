import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { LAYERS, type Layer } from "../../../components/config/layers";
import { collectorConfig, type CollectorConfig } from "../../../components/observability/collector-config";
import { podLogOperators } from "../../../components/observability/collector-operators";
import { MANIFEST, parseManifest } from "../../../tools/collector/generated";

const CLUSTER = { provider: "kwok", name: "hearth-test", workers: 0, cni: "kindnetd" } as const;
const NAMESPACE = "node-agents";

function config(...layers: readonly Layer[]): CollectorConfig {
    return collectorConfig({ layers, cluster: CLUSTER }, NAMESPACE);
}

/** Layers that store a signal, and the signal. */
const STORES = { loki: "logs", prometheus: "metrics", tempo: "traces" } as const;

const subset = fc.subarray([...LAYERS]);

/** Component type → last element of its module's path. */
const MODULES: Readonly<Record<string, string>> = {
    health_check: "healthcheckextension",
    file_storage: "filestorage",
    otlp: "otlpreceiver",
    file_log: "filelogreceiver",
    memory_limiter: "memorylimiterprocessor",
    k8s_attributes: "k8sattributesprocessor",
    resource: "resourceprocessor",
    batch: "batchprocessor",
    debug: "debugexporter",
    otlp_grpc: "otlpexporter",
    otlp_http: "otlphttpexporter",
    prometheus_remote_write: "prometheusremotewriteexporter",
};

function componentIds(of: CollectorConfig): readonly string[] {
    return [of.extensions, of.receivers, of.processors, of.exporters].flatMap((part) => Object.keys(part));
}

describe("the collector's configuration", () => {
    it("declares what its pipelines use, and nothing else, for any set of layers", () => {
        fc.assert(
            fc.property(subset, (layers) => {
                const { service, ...declared } = config(...layers);
                const pipelines = Object.values(service.pipelines);
                for (const kind of ["receivers", "processors", "exporters"] as const) {
                    const used = new Set(pipelines.flatMap((pipeline) => pipeline[kind]));
                    assert.deepEqual([...used].sort(), Object.keys(declared[kind]).sort());
                }
                assert.deepEqual([...service.extensions].sort(), Object.keys(declared.extensions).sort());
                const stored = JSON.stringify([declared.receivers, declared.exporters]).includes('"storage"');
                assert.equal("file_storage" in declared.extensions, stored);
                assert.ok(pipelines.every((pipeline) => pipeline.exporters.length === 1));
            }),
        );
    });

    it("has a pipeline for each signal that a layer stores, and none for the others", () => {
        fc.assert(
            fc.property(subset, (layers) => {
                const stored = Object.entries(STORES).filter(([layer]) => layers.some((on) => on === layer));
                const { service, exporters } = config(...layers);
                if (stored.length === 0) {
                    assert.deepEqual(Object.keys(exporters), ["debug"]);
                    assert.deepEqual(Object.keys(service.pipelines), ["logs", "metrics", "traces"]);
                } else {
                    assert.deepEqual(Object.keys(service.pipelines).sort(), stored.map(([, signal]) => signal).sort());
                    assert.equal("debug" in exporters, false);
                }
            }),
        );
    });

    it("depends on the stores only, not on other layers", () => {
        fc.assert(
            fc.property(subset, (layers) => {
                const stores = layers.filter((layer) => layer in STORES);
                assert.deepEqual(config(...layers), config(...stores));
            }),
        );
    });

    it("uses no component that the builder's manifest lacks, and the manifest has none that is never used", () => {
        const modules = parseManifest(readFileSync(MANIFEST, "utf8")).modules.map(({ path }) => path.split("/").at(-1));
        const types = new Set(
            [config(), config("loki", "prometheus", "tempo")].flatMap(componentIds).map((id) => id.split("/")[0] ?? ""),
        );
        for (const type of types) assert.ok(modules.includes(MODULES[type]), type);
        const components = modules.filter((module) => !module?.endsWith("provider"));
        assert.deepEqual([...types].map((type) => MODULES[type]).sort(), components.sort());
    });

    it("limits memory first, finds the pod before anything batches, and batches last", () => {
        const { pipelines } = config("loki", "prometheus", "tempo").service;
        assert.deepEqual(pipelines.traces?.processors, ["memory_limiter", "k8s_attributes", "resource"]);
        assert.deepEqual(pipelines.logs?.processors, ["memory_limiter", "k8s_attributes", "resource"]);
        assert.deepEqual(pipelines.metrics?.processors, [
            "memory_limiter",
            "k8s_attributes",
            "resource",
            "resource/instance",
            "batch",
        ]);
    });

    it("waits for Loki and Tempo without an end, from the disk, and never grows beyond a bound", () => {
        const { exporters } = config("loki", "tempo");
        for (const id of ["otlp_http/loki", "otlp_grpc/tempo"]) {
            const { retry_on_failure: retry, sending_queue: queue } = exporters[id] as Record<
                string,
                Record<string, unknown>
            >;
            assert.equal(retry?.["max_elapsed_time"], "0s");
            assert.equal(queue?.["storage"], "file_storage");
            assert.equal(queue["block_on_overflow"], true);
            assert.equal(queue["sizer"], "bytes");
        }
    });

    it("reads every pod's log but its own", () => {
        const receiver = config("loki").receivers["file_log/pods"];
        assert.deepEqual(receiver?.["include"], ["/var/log/pods/*/*/*.log"]);
        assert.deepEqual(receiver["exclude"], ["/var/log/pods/node-agents_otel-collector-*_*/*/*.log"]);
        assert.equal("file_log/pods" in config("tempo", "prometheus").receivers, false);
    });

    it("asks the API server for pods only", () => {
        // Each of these makes the processor watch another kind, which the ClusterRole does not allow.
        const costly =
            /k8s\.(deployment|statefulset|daemonset|replicaset|job|cronjob|node|cluster)\.uid|replicaset\.name/;
        const { extract, filter } = config("loki").processors["k8s_attributes"] as Record<
            string,
            Record<string, unknown>
        >;
        assert.doesNotMatch(JSON.stringify(extract), costly);
        assert.deepEqual(Object.keys(extract ?? {}), ["metadata", "otel_annotations"]);
        assert.deepEqual(filter, { node_from_env_var: "K8S_NODE_NAME" });
    });

    it("finds a pod by its name first, which static pods have, too", () => {
        const { pod_association: rules } = config("loki").processors["k8s_attributes"] as Record<string, unknown[]>;
        const from = "resource_attribute";
        assert.deepEqual(rules?.[0], {
            sources: [
                { from, name: "k8s.namespace.name" },
                { from, name: "k8s.pod.name" },
            ],
        });
        assert.deepEqual(rules?.at(-1), { sources: [{ from: "connection" }] });
    });

    it("names the cluster, and keeps resource attributes off the series", () => {
        const { processors, exporters } = config("prometheus");
        assert.deepEqual(processors["resource"], {
            attributes: [{ key: "k8s.cluster.name", value: "hearth-test", action: "insert" }],
        });
        assert.deepEqual(exporters["prometheus_remote_write"]?.["resource_to_telemetry_conversion"], {
            enabled: false,
        });
    });

    it("talks to nobody outside the cluster and carries no secret", () => {
        const text = JSON.stringify(config("loki", "prometheus", "tempo"));
        const hosts = [...text.matchAll(/([a-z0-9-]+\.[a-z-]+\.svc):(\d+)/g)].map(([address]) => address);
        assert.deepEqual(hosts.sort(), [
            "loki.observability.svc:3100",
            "prometheus.observability.svc:9090",
            "tempo.observability.svc:4317",
        ]);
        assert.doesNotMatch(text, /https:|password|token|authorization|secret/i);
    });

    it("says nothing that its own expansion of variables would change", () => {
        assert.doesNotMatch(JSON.stringify(config("loki", "prometheus", "tempo")), /\$/);
    });
});

describe("the operators of pod logs", () => {
    const operators = podLogOperators();

    it("have ids of their own", () => {
        assert.equal(new Set(operators.map(({ id }) => id)).size, operators.length);
    });

    it("lose no line that they do not understand, and do not fill the log with it", () => {
        for (const operator of operators) {
            if (operator.type !== "remove") assert.equal(operator["on_error"], "send_quiet", operator.id);
        }
    });

    it("leave nothing behind of what they read out of a line", () => {
        assert.deepEqual(operators.at(-1)?.["field"], "attributes.parsed");
        assert.ok(
            operators.every(
                (operator) => operator["parse_to"] === undefined || operator["parse_to"] === "attributes.parsed",
            ),
        );
    });
});
