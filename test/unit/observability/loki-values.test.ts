import assert from "node:assert/strict";
import fc from "fast-check";
import { bucketsOf } from "../../../components/storage/buckets";
import { lokiValues } from "../../../components/observability/loki-values";
import { at, DIGEST, EXISTING, PINNED, settings, STORE, VALUES, without } from "../../helpers/observability";

describe("lokiValues", () => {
    const values = VALUES.loki(settings());

    it("keeps chunks and rules in the buckets that Garage makes for Loki, and in no others", () => {
        const names = Object.values(at(values, "loki/storage/bucketNames") ?? {});
        assert.deepEqual(names.sort(), [...bucketsOf("loki")].sort());
        assert.equal(at(values, "loki/schemaConfig/configs/0/object_store"), "s3");
        assert.equal(at(values, "loki/rulerConfig/storage"), undefined);
    });

    it("reaches Garage under the address and region that it is given, by path", () => {
        const s3 = at(values, "loki/storage/s3");
        assert.equal(at(s3, "endpoint"), STORE.endpoint);
        assert.equal(at(s3, "region"), STORE.region);
        assert.equal(at(s3, "s3ForcePathStyle"), true);
    });

    it("takes its keys from a Secret, by the environment", () => {
        assert.deepEqual(at(values, "singleBinary/extraEnvFrom"), [{ secretRef: { name: "loki-s3" } }]);
        assert.ok(!/access_?key/i.test(JSON.stringify(at(values, "loki"))));
    });

    it("rolls when the Secret changes", () => {
        const other = lokiValues(settings(), { store: STORE, secret: { name: "loki-s3", checksum: "other" } });
        assert.notDeepEqual(at(other, "singleBinary/podAnnotations"), at(values, "singleBinary/podAnnotations"));
    });

    it("deletes lines after the configured hours, whatever they are", () => {
        fc.assert(
            fc.property(fc.integer({ min: 1, max: 24 * 365 }), (logs) => {
                const kept = VALUES.loki(settings({ retentionHours: { metrics: 1, logs, traces: 1 } }));
                assert.equal(at(kept, "loki/limits_config/retention_period"), `${logs}h`);
                // Without these two, nothing is ever deleted.
                assert.equal(at(kept, "loki/compactor/retention_enabled"), true);
                assert.equal(at(kept, "loki/compactor/delete_request_store"), "s3");
            }),
        );
    });

    it("waits for nothing that one process need not wait for", () => {
        for (const part of ["ingester", "pattern_ingester"]) {
            assert.equal(at(values, `loki/${part}/lifecycler/min_ready_duration`), "0s");
        }
        assert.equal(at(values, "loki/commonConfig/ring/kvstore/store"), "inmemory");
        assert.equal(at(values, "loki/frontend/scheduler_dns_lookup_period"), "1s");
    });

    it("keeps its log of writes on a volume of the configured size", () => {
        assert.deepEqual(at(values, "singleBinary/persistence"), { enabled: true, size: "1Gi" });
    });

    it("runs nothing beside the one process", () => {
        for (const part of ["gateway", "chunksCache", "resultsCache", "lokiCanary", "test", "minio"]) {
            assert.equal(at(values, `${part}/enabled`), false, part);
        }
        for (const part of ["read", "write", "backend"]) assert.equal(at(values, `${part}/replicas`), 0, part);
        assert.equal(at(values, "sidecar/rules/enabled"), false);
    });

    it("reports to nobody", () => {
        assert.equal(at(values, "loki/analytics/reporting_enabled"), false);
    });

    it("sends alerts to Alertmanager, with a link to Grafana, where those layers are on", () => {
        assert.equal(at(values, "loki/rulerConfig/alertmanager_url"), "http://alertmanager.observability.svc:9093");
        assert.equal(at(values, "loki/rulerConfig/external_url"), "http://127.0.0.1:30300");
        const alone = at(VALUES.loki(settings({ layers: without("alertmanager", "grafana") })), "loki/rulerConfig");
        assert.equal(at(alone, "alertmanager_url"), undefined);
        assert.equal(at(alone, "external_url"), undefined);
        const theirs = VALUES.loki(settings({ cluster: EXISTING }));
        assert.equal(at(theirs, "loki/rulerConfig/external_url"), undefined);
    });

    it("lets a digest ride on the tag", () => {
        const overrides = { loki: `docker.io/grafana/loki@${DIGEST}` };
        const image = at(VALUES.loki(settings({ images: { ...PINNED, overrides } })), "loki/image");
        assert.deepEqual(image, { registry: "docker.io", repository: "grafana/loki", tag: `3.7.6@${DIGEST}` });
    });
});
