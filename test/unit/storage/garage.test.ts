import assert from "node:assert/strict";
import fc from "fast-check";
import { resolveImage } from "../../../components/config/images";
import { DEFAULT_LAYERS } from "../../../components/config/layers";
import { quantityBytes } from "../../../components/core/quantity";
import { bootstrapInput } from "../../../components/storage/bootstrap-input";
import { BUCKETS, bucketsOf, desiredBuckets } from "../../../components/storage/buckets";
import { garageToml, toml } from "../../../components/storage/garage-config";
import { garageServices, garageStatefulSet } from "../../../components/storage/garage-manifests";

const IMAGES = { overrides: {}, registries: {}, byTagOnly: false };
const SIZES = { "garage-data": "10Gi", "garage-meta": "1Gi" };

describe("garageToml", () => {
    it("holds what one node needs, binds RPC to the pod alone, and has no secret", () => {
        assert.equal(
            garageToml(),
            [
                'metadata_dir = "/var/lib/garage/meta"',
                'data_dir = "/var/lib/garage/data"',
                'db_engine = "sqlite"',
                'metadata_auto_snapshot_interval = "6h"',
                "replication_factor = 1",
                'block_ram_buffer_max = "64MiB"',
                'rpc_bind_addr = "127.0.0.1:3901"',
                'rpc_public_addr = "127.0.0.1:3901"',
                "",
                "[s3_api]",
                's3_region = "garage"',
                'api_bind_addr = "0.0.0.0:3900"',
                "",
                "[admin]",
                'api_bind_addr = "0.0.0.0:3903"',
                "metrics_require_token = true",
                "",
            ].join("\n"),
        );
    });
});

describe("toml", () => {
    it("escapes texts", () => {
        assert.equal(toml({ a: 'x"\n\\' }, {}), 'a = "x\\"\\n\\\\"\n');
    });
});

describe("desiredBuckets", () => {
    it("leaves a tenth of the volume free", () => {
        assert.equal(
            BUCKETS.reduce((sum, { share }) => sum + share, 0),
            90,
        );
    });

    it("makes whole bytes of any size", () => {
        fc.assert(
            fc.property(fc.integer({ min: 1, max: 2000 }), fc.constantFrom("Ki", "Mi", "Gi", "Ti"), (count, unit) => {
                const quotas = desiredBuckets(DEFAULT_LAYERS, `${count}${unit}`).map(({ maxSize }) => maxSize);
                assert.ok(quotas.every((quota) => Number.isSafeInteger(quota) && quota > 0));
                assert.ok(quotas.reduce((sum, quota) => sum + quota, 0) <= quantityBytes(`${count}${unit}`));
            }),
        );
    });

    it("makes none for a consumer that is off", () => {
        assert.deepEqual(
            desiredBuckets(["garage", "tempo"], "10Gi").map(({ alias }) => alias),
            ["tempo-traces"],
        );
    });
});

describe("bootstrapInput", () => {
    it("gives each consumer's key its own buckets only", () => {
        const keys = { loki: { id: "GKa", secret: "a" }, tempo: { id: "GKb", secret: "b" } };
        const config = { layers: DEFAULT_LAYERS, sizes: { ...ALL_SIZES, ...SIZES } };
        const { desired } = bootstrapInput(config, { kubeconfig: "k", adminToken: "t", keys });
        assert.deepEqual(
            desired.keys.map(({ consumer, buckets }) => [consumer, buckets]),
            [
                ["loki", ["loki-chunks", "loki-ruler"]],
                ["tempo", ["tempo-traces"]],
            ],
        );
        assert.deepEqual(bucketsOf("tempo"), ["tempo-traces"]);
    });
});

const ALL_SIZES = { prometheus: "1Gi", loki: "1Gi", tempo: "1Gi", postgresql: "1Gi" };

describe("garageStatefulSet", () => {
    const image = resolveImage("garage", IMAGES);
    const set = JSON.parse(
        JSON.stringify(garageStatefulSet({ image, sizes: SIZES, secret: { name: "garage-secrets", checksum: "c0" } })),
    );
    const pod = set.spec.template.spec;
    const [container] = pod.containers;

    it("runs the pinned image by digest as one node", () => {
        assert.match(container.image, /^docker\.io\/dxflrs\/garage:v2\.[0-9.]+@sha256:[0-9a-f]{64}$/);
        assert.deepEqual(container.command, ["/garage", "server", "--single-node"]);
    });

    it("passes Pod Security level restricted", () => {
        assert.equal(pod.securityContext.runAsNonRoot, true);
        assert.ok(pod.securityContext.runAsUser > 0);
        assert.equal(pod.securityContext.seccompProfile.type, "RuntimeDefault");
        assert.equal(container.securityContext.allowPrivilegeEscalation, false);
        assert.equal(container.securityContext.readOnlyRootFilesystem, true);
        assert.deepEqual(container.securityContext.capabilities, { drop: ["ALL"] });
        assert.equal(pod.automountServiceAccountToken, false);
    });

    it("takes secrets by reference only", () => {
        const fromSecret = container.env.filter(
            (variable: { valueFrom?: unknown }) => variable.valueFrom !== undefined,
        );
        assert.deepEqual(
            fromSecret.map(({ name }: { name: string }) => name),
            ["GARAGE_RPC_SECRET", "GARAGE_ADMIN_TOKEN", "GARAGE_METRICS_TOKEN"],
        );
        for (const { valueFrom } of fromSecret) assert.equal(valueFrom.secretKeyRef.name, "garage-secrets");
    });

    it("requests memory and limits it, and claims both volumes", () => {
        assert.ok(
            quantityBytes(container.resources.requests.memory) < quantityBytes(container.resources.limits.memory),
        );
        assert.equal(container.resources.limits.cpu, undefined);
        assert.deepEqual(
            set.spec.volumeClaimTemplates.map(
                (claim: { metadata: { name: string }; spec: { resources: { requests: { storage: string } } } }) => [
                    claim.metadata.name,
                    claim.spec.resources.requests.storage,
                ],
            ),
            [
                ["meta", "1Gi"],
                ["data", "10Gi"],
            ],
        );
        assert.deepEqual(
            container.volumeMounts.map(({ name }: { name: string }) => name),
            ["config", "meta", "data"],
        );
    });

    it("is ready by Garage's own health and rolls with its Secret and its configuration", () => {
        assert.deepEqual(container.readinessProbe.httpGet, { path: "/health", port: "admin" });
        assert.deepEqual(container.livenessProbe.tcpSocket, { port: "s3" });
        assert.equal(set.spec.template.metadata.annotations["hearth.dev/secret"], "c0");
        assert.match(set.spec.template.metadata.annotations["hearth.dev/config"], /^[0-9a-f]{16}$/);
    });
});

describe("garageServices", () => {
    it("serves S3 and the admin API inside the cluster only, each on its own port, to Garage's pods", () => {
        const { s3, admin } = JSON.parse(JSON.stringify(garageServices()));
        assert.deepEqual([s3.metadata.name, s3.spec.ports[0].port], ["garage", 3900]);
        assert.deepEqual([admin.metadata.name, admin.spec.ports[0].port], ["garage-admin", 3903]);
        for (const service of [s3, admin]) {
            assert.equal(service.spec.type, "ClusterIP");
            assert.deepEqual(service.spec.selector, { "app.kubernetes.io/name": "garage" });
            assert.equal(service.metadata.annotations["prometheus.io/scrape"], undefined);
        }
    });
});
