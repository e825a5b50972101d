import assert from "node:assert/strict";
import fc from "fast-check";
import { parse } from "yaml";
import { bucketsOf } from "../../../components/storage/buckets";
import { tempoConfig } from "../../../components/observability/tempo-config";
import { at, settings, STORE, VALUES, without } from "../../helpers/observability";

describe("tempoConfig", () => {
    const config = tempoConfig(settings(), STORE);

    it("keeps blocks in the bucket that Garage makes for Tempo", () => {
        const s3 = at(config, "storage/trace/s3");
        assert.deepEqual([at(s3, "bucket")], bucketsOf("tempo"));
        // Host and port without a scheme.
        assert.equal(at(s3, "endpoint"), "garage.storage.svc:3900");
        assert.equal(at(s3, "insecure"), true);
        assert.equal(at(s3, "forcepathstyle"), true);
    });

    it("speaks TLS to a store that does", () => {
        const secure = tempoConfig(settings(), { endpoint: "https://s3.example", region: "eu" });
        assert.equal(at(secure, "storage/trace/s3/insecure"), false);
    });

    it("holds no key", () => {
        assert.ok(!/access_?key|secret_?key/i.test(JSON.stringify(config)));
    });

    it("turns the generator's processors on, all three where Prometheus is", () => {
        const path = "overrides/defaults/metrics_generator/processors";
        assert.deepEqual(at(config, path), ["service-graphs", "span-metrics", "local-blocks"]);
        assert.deepEqual(at(config, "metrics_generator/storage/remote_write"), [
            { url: "http://prometheus.observability.svc:9090/api/v1/write", send_exemplars: true },
        ]);
    });

    it("makes no series for a Prometheus that is off, and still answers TraceQL's metrics", () => {
        const alone = tempoConfig(settings({ layers: ["garage", "tempo"] }), STORE);
        assert.deepEqual(at(alone, "overrides/defaults/metrics_generator/processors"), ["local-blocks"]);
        assert.deepEqual(at(alone, "metrics_generator/storage/remote_write"), []);
    });

    it("counts all spans, not those of servers only", () => {
        assert.equal(at(config, "metrics_generator/processor/local_blocks/filter_server_spans"), false);
    });

    it("deletes traces after the configured hours, whatever they are", () => {
        fc.assert(
            fc.property(fc.integer({ min: 1, max: 24 * 365 }), (traces) => {
                const kept = tempoConfig({ layers: [], retentionHours: { metrics: 1, logs: 1, traces } }, STORE);
                assert.equal(at(kept, "compactor/compaction/block_retention"), `${traces}h`);
            }),
        );
    });

    it("is ready at once, and reports to nobody", () => {
        assert.equal(at(config, "ingester/lifecycler/min_ready_duration"), "0s");
        assert.equal(at(config, "usage_report/reporting_enabled"), false);
    });

    it("puts what it has into Garage before it ends", () => {
        assert.equal(at(config, "ingester/flush_all_on_shutdown"), true);
    });

    it("takes OTLP and nothing else", () => {
        assert.deepEqual(Object.keys(at(config, "distributor/receivers") ?? {}), ["otlp"]);
    });
});

describe("tempoValues", () => {
    const values = VALUES.tempo(settings());

    it("gives the chart the whole configuration as text", () => {
        assert.deepEqual(parse(String(values["config"])), tempoConfig(settings(), STORE));
    });

    it("takes its keys from a Secret, and rolls when that changes", () => {
        assert.deepEqual(at(values, "tempo/extraEnvFrom"), [{ secretRef: { name: "tempo-s3" } }]);
        const annotations = new Map(Object.entries(at(values, "podAnnotations") ?? {}));
        assert.equal(annotations.get("hearth.dev/secret"), "checksum-of-tempo-s3");
    });

    it("closes Jaeger's ports without removing what the chart's Service reads", () => {
        const protocols = Object.entries(at(values, "tempo/receivers/jaeger/protocols") ?? {});
        assert.equal(protocols.length, 4);
        for (const [, protocol] of protocols) assert.deepEqual(protocol, { endpoint: "" });
    });

    it("keeps its logs of writes on a volume of the configured size", () => {
        assert.deepEqual(at(values, "persistence"), { enabled: true, size: "2Gi" });
        for (const path of ["storage/trace/wal/path", "metrics_generator/storage/path"]) {
            assert.match(String(at(tempoConfig(settings(), STORE), path)), /^\/var\/tempo\//);
        }
    });

    it("does not know of Grafana or Loki", () => {
        assert.deepEqual(VALUES.tempo(settings({ layers: without("grafana", "loki") })), values);
    });
});
