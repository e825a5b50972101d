import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { cacheDir } from "../../components/config/paths";
import { checkGenerated } from "../../tools/collector/generated";
import { programFile, recipe } from "../../tools/own-images/recipe";
import { COLLECTOR_IMAGE } from "../../tools/own-images/specs";
import { validateConfigs } from "../../tools/collector/validate";
import { CollectorProcess, until } from "../helpers/collector-process";
import { skip } from "../helpers/skip";
import { TelemetryStores } from "../helpers/telemetry-stores";

const TRACE = "5b8efff798038103d269b633813fc60c";
const SPAN = "eee19b7ec3c1b174";
const POD = "shop_checkout-5d8f7c-x2lqv_0b6ce0f0-9f5c-4c5e-8a4e-3d1f2a7b9c11";
const SERVICE = { attributes: [{ key: "service.name", value: { stringValue: "checkout" } }] };

/** A line as containerd writes it; `P` marks a part that goes on in the next one. */
function cri(text: string, tag: "F" | "P" = "F"): string {
    return `${new Date().toISOString().replace("Z", "123456Z")} stdout ${tag} ${text}`;
}

function now(): string {
    return `${Date.now()}000000`;
}

describe("the collector, run for real", function () {
    this.timeout(60_000);
    const what = recipe(process.cwd(), COLLECTOR_IMAGE);
    const binary = join(cacheDir(), "images", programFile(what, COLLECTOR_IMAGE));

    before(function () {
        if (process.platform !== "linux") skip(this, "the collector runs on Linux only");
        if (!existsSync(binary)) skip(this, "the collector is not built; `node tools/run.js collector` does it");
    });

    it("accepts its configuration for every combination of stores", async () => {
        assert.deepEqual(await validateConfigs(binary), []);
    });

    it("has the sources that the builder makes of its manifest", async function () {
        // The builder itself is built for it the first time.
        this.timeout(300_000);
        const result = await checkGenerated(process.cwd());
        if ("skipped" in result) skip(this, result.skipped);
        assert.deepEqual(result.differing, []);
    });

    describe("with all stores", () => {
        let stores: TelemetryStores;
        let collector: CollectorProcess;

        before(async () => {
            stores = await TelemetryStores.start();
            collector = await CollectorProcess.prepare(binary, ["loki", "prometheus", "tempo"], {
                http: stores.httpPort,
                grpc: stores.grpcPort,
            });
            // Written before it starts: lines of the time before the collector count too.
            collector.write(POD, [cri("early")]);
            await collector.start();
        });

        after(async () => {
            await collector?.dispose();
            await stores?.stop();
        });

        it("hands a span to Tempo, with the cluster's name", async () => {
            const span = {
                traceId: TRACE,
                spanId: SPAN,
                name: "GET /cart",
                kind: 2,
                startTimeUnixNano: now(),
                endTimeUnixNano: now(),
            };
            const body = { resourceSpans: [{ resource: SERVICE, scopeSpans: [{ spans: [span] }] }] };
            assert.equal(await collector.post("/v1/traces", body), 200);
            await until("the span is there", () => stores.spans.length > 0);
            const [found] = stores.spans;
            assert.equal(found?.name, "GET /cart");
            assert.equal(found.traceId, TRACE);
            assert.deepEqual(found.resource, { "service.name": "checkout", "k8s.cluster.name": "hearth-test" });
        });

        it("writes a histogram to Prometheus with the exemplar on its bucket", async () => {
            const point = {
                startTimeUnixNano: now(),
                timeUnixNano: now(),
                count: "3",
                sum: 0.6,
                explicitBounds: [0.1, 0.5],
                bucketCounts: ["1", "1", "1"],
                exemplars: [{ timeUnixNano: now(), asDouble: 0.25, traceId: TRACE, spanId: SPAN }],
            };
            const metric = { name: "lat", unit: "s", histogram: { aggregationTemporality: 2, dataPoints: [point] } };
            const resource = {
                attributes: [...SERVICE.attributes, { key: "k8s.pod.name", value: { stringValue: "checkout-1" } }],
            };
            const body = { resourceMetrics: [{ resource, scopeMetrics: [{ metrics: [metric] }] }] };
            assert.equal(await collector.post("/v1/metrics", body), 200);
            await until("the series are there", () => stores.series.length > 0);
            const bucket = stores.series.find(
                ({ labels }) => labels["__name__"] === "lat_seconds_bucket" && labels["le"] === "0.5",
            );
            assert.equal(bucket?.labels["job"], "checkout");
            // The pod stands in where the program names no instance of itself.
            assert.equal(bucket.labels["instance"], "checkout-1");
            assert.equal(bucket.labels["k8s_pod_name"], undefined);
            assert.deepEqual(bucket.exemplars, [{ labels: { trace_id: TRACE, span_id: SPAN }, value: 0.25 }]);
            const info = stores.series.find(({ labels }) => labels["__name__"] === "target_info");
            assert.equal(info?.labels["k8s_cluster_name"], "hearth-test");
        });

        it("reads pods' logs with their pod, trace context and severity, and leaves the line as it is", async () => {
            const json = JSON.stringify({ level: "warn", msg: "slow", trace_id: TRACE, span_id: SPAN, a: { b: 1 } });
            const lines = [
                json,
                JSON.stringify({ level: 50, msg: "pino" }),
                JSON.stringify({ TraceId: TRACE, SpanId: SPAN, RequestPath: "/cart" }),
                `level=info traceID=${TRACE} spanID=${SPAN} msg="logfmt"`,
                JSON.stringify({ level: { nested: true }, trace_id: 7, msg: "odd" }),
                JSON.stringify({ trace_id: "not-an-id", msg: "no id" }),
                "{ not json",
                "plain",
            ];
            collector.write(POD, [...lines.map((line) => cri(line)), cri("part one ", "P"), cri("part two", "F")]);
            collector.write("node-agents_otel-collector-abcde_0b6ce0f0-1111-4c5e-8a4e-3d1f2a7b9c11", [cri("own")]);
            const expected = ["early", ...lines, "part one part two"];
            await until("all lines are there", () => stores.logs.length >= expected.length);
            assert.deepEqual(stores.logs.map(({ body }) => body).sort(), [...expected].sort());

            const record = (body: string) => {
                const found = stores.logs.find((log) => log.body === body);
                assert.ok(found !== undefined, body);
                return found;
            };
            assert.deepEqual(record("plain").resource, {
                "k8s.namespace.name": "shop",
                "k8s.pod.name": "checkout-5d8f7c-x2lqv",
                "k8s.pod.uid": "0b6ce0f0-9f5c-4c5e-8a4e-3d1f2a7b9c11",
                "k8s.container.name": "app",
                "k8s.container.restart_count": "0",
                "k8s.cluster.name": "hearth-test",
            });
            for (const log of stores.logs) assert.deepEqual(log.attributes, { "log.iostream": "stdout" }, log.body);
            const traced = stores.logs.filter(({ traceId }) => traceId !== "");
            assert.deepEqual(traced.map(({ body }) => body).sort(), [json, lines[2], lines[3]].sort());
            for (const log of traced) assert.deepEqual([log.traceId, log.spanId], [TRACE, SPAN]);
            assert.equal(record(json).severity, 13);
            assert.equal(record(lines[1] ?? "").severity, 17);
        });

        it("asked its stores nothing else, and tells about itself under upstream's names", async () => {
            assert.deepEqual(stores.strays, []);
            const metrics = await collector.metrics();
            for (const name of ["receiver_accepted_spans", "exporter_sent_log_records", "exporter_queue_size"]) {
                assert.match(metrics, new RegExp(`^otelcol_${name}(_total)?\\{`, "m"));
            }
        });
    });

    describe("while Loki is away", () => {
        it("loses no line, even when it is killed", async () => {
            const stores = await TelemetryStores.start();
            const { httpPort, grpcPort } = stores;
            await stores.stop();
            const collector = await CollectorProcess.prepare(binary, ["loki"], { http: httpPort, grpc: grpcPort });
            const lines = Array.from({ length: 500 }, (_, index) => `line ${index}`);
            let loki: TelemetryStores | undefined;
            try {
                await collector.start();
                collector.write(
                    POD,
                    lines.map((line) => cri(line)),
                );
                await until("the lines wait in the queue", async () =>
                    /^otelcol_exporter_queue_size\{[^}]*otlp_http\/loki[^}]*\} [1-9]/m.test(await collector.metrics()),
                );
                await until("a delivery has failed", () => collector.log.includes("Exporting failed"));
                await collector.stop("SIGKILL");
                loki = await TelemetryStores.start(httpPort);
                const { logs } = loki;
                await collector.start();
                await until("the lines have come", () => new Set(logs.map(({ body }) => body)).size >= lines.length);
                assert.deepEqual(new Set(logs.map(({ body }) => body)), new Set(lines));
            } finally {
                await collector.dispose();
                await loki?.stop();
            }
        });
    });

    describe("without a store for a signal", () => {
        it("tells the sender, instead of throwing data away", async () => {
            const collector = await CollectorProcess.prepare(binary, ["prometheus"], { http: 1, grpc: 1 });
            try {
                await collector.start();
                assert.equal(await collector.post("/v1/traces", { resourceSpans: [] }), 404);
                assert.equal(await collector.post("/v1/logs", { resourceLogs: [] }), 404);
                assert.equal(await collector.post("/v1/metrics", { resourceMetrics: [] }), 200);
            } finally {
                await collector.dispose();
            }
        });

        it("runs all the same when there is none at all", async () => {
            const collector = await CollectorProcess.prepare(binary, [], { http: 1, grpc: 1 });
            try {
                await collector.start();
                assert.equal(await collector.post("/v1/traces", { resourceSpans: [] }), 200);
            } finally {
                await collector.dispose();
            }
        });
    });
});
