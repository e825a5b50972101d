import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { Dataflow, type DataflowPrograms } from "../helpers/dataflow";
import { collectorAccess, POD_APP, POD_NAMESPACE, startPod, type LoggingPod } from "../helpers/dataflow-pod";
import { alerts, exemplars, logLines, series } from "../helpers/dataflow-queries";
import { containerdLine, histogram, request } from "../helpers/dataflow-signals";
import { Garage } from "../helpers/garage-process";
import { missingKwokTools } from "../helpers/kwok-scripts";
import { ObjectStore } from "../helpers/object-store";
import { collectorOr, optionalProgram, programOr, stackOr, writeFiles, WHY_MISSING } from "../helpers/programs";
import { SimulatedCluster } from "../helpers/simulated-cluster";
import { skip } from "../helpers/skip";

const IDS = { traceId: "5b8efff798038103d269b633813fc60c", spanId: "eee19b7ec3c1b174" };
const LINES = '{k8s_namespace_name="shop"}';

describe("telemetry of stack dev-fast, through the real programs", function () {
    // Bounded: each step has its own, shorter patience.
    this.timeout(300_000);
    let cluster: SimulatedCluster | undefined;
    let flow: Dataflow | undefined;
    let pod: LoggingPod;
    let programs: DataflowPrograms;

    const running = (): Dataflow => flow ?? assert.fail("nothing runs");

    before(async function () {
        const needed = {
            prometheus: programOr(this, "prometheus"),
            alertmanager: programOr(this, "alertmanager"),
            loki: programOr(this, "loki"),
            collector: collectorOr(this),
        };
        const [tempo, garage] = [optionalProgram("tempo"), optionalProgram("garage")];
        programs = {
            ...needed,
            ...(tempo === undefined ? {} : { tempo }),
            ...(garage === undefined ? {} : { garage }),
        };
        const missing = missingKwokTools();
        if (missing.length > 0) skip(this, `the simulated cluster lacks ${missing.join(", ")}`);
        const { objects } = await stackOr(this, "dev-fast");
        cluster = new SimulatedCluster("dataflow");
        await cluster.start();
        await cluster.apply(collectorAccess(objects));
        pod = await startPod(cluster);
        flow = await Dataflow.start(objects, programs, {
            K8S_NODE_NAME: pod.node,
            KUBECONFIG: cluster.accountKubeconfig("node-agents", "otel-collector"),
        });
    });

    after(async () => {
        await flow?.dispose();
        await cluster?.remove();
    });

    async function send(path: string, body: unknown): Promise<void> {
        const response = await fetch(`${running().url("otlpHttp")}${path}`, {
            method: "POST",
            headers: { "content-type": "application/json" },
            body: JSON.stringify(body),
        });
        assert.equal(response.status, 200, await response.text());
    }

    /** Waits for what a query finds. */
    async function found<T>(what: string, query: () => Promise<readonly T[]>, patience = 60_000): Promise<T> {
        let first: T | undefined;
        await running()
            .process("collector")
            .until(
                what,
                async () => {
                    [first] = await query();
                    return first !== undefined;
                },
                patience,
            );
        return first ?? assert.fail(what);
    }

    it("brings an application's metrics to Prometheus, with the exemplar on its bucket", async () => {
        await send("/v1/metrics", histogram("checkout_duration", POD_APP, IDS));
        const prometheus = running().url("prometheus");
        const bucket = 'checkout_duration_seconds_bucket{le="0.5"}';
        const labels = await found("the series is there", () => series(prometheus, bucket));
        assert.equal(labels["job"], POD_APP);
        const { of, labels: exemplar } = await found("the exemplar is there", () => exemplars(prometheus, bucket));
        assert.equal(of["le"], "0.5");
        // Grafana's link from exemplars to traces goes by this name.
        assert.deepEqual(exemplar, { trace_id: IDS.traceId, span_id: IDS.spanId });
    });

    it("brings a pod's log to Loki, with what Kubernetes knows of it, and with its trace", async () => {
        const line = JSON.stringify({ level: "warn", msg: "slow", trace_id: IDS.traceId, span_id: IDS.spanId });
        const folder = `${POD_NAMESPACE}_${pod.name}_${pod.uid}`;
        const file = join(running().folder("collector"), "logs", folder, "app", "0.log");
        writeFiles({ [file]: containerdLine(line) + containerdLine("plain") });
        const query = `${LINES} | trace_id="${IDS.traceId}"`;
        const stored = await found("the line is there", () => logLines(running().url("loki"), query));
        assert.equal(stored.line, line);
        const { labels } = stored;
        assert.equal(labels["k8s_namespace_name"], POD_NAMESPACE);
        assert.equal(labels["k8s_pod_name"], pod.name);
        assert.equal(labels["k8s_container_name"], "app");
        // Only the API server knows these.
        assert.equal(labels["k8s_deployment_name"], POD_APP);
        assert.equal(labels["k8s_node_name"], pod.node);
        assert.equal(labels["service_name"], POD_APP);
        assert.equal(labels["k8s_cluster_name"], "hearth-dev-fast");
        assert.equal(labels["detected_level"], "warn");
        const all = await logLines(running().url("loki"), LINES);
        assert.deepEqual(all.map((one) => one.line).sort(), ["plain", line]);
    });

    it("fires alerts of Prometheus' rules to Alertmanager", async () => {
        const fired = await found("the sign of life is there", async () =>
            (await alerts(running().url("alertmanager"))).filter(({ alertname }) => alertname === "Watchdog"),
        );
        assert.equal(fired["severity"], "none");
    });

    it("fires alerts of Loki's rules, which are kept in its bucket, to Alertmanager", async () => {
        const rule = { alert: "SlowCheckout", expr: `count_over_time(${LINES} |= "slow" [10m]) > 0` };
        const response = await fetch(`${running().url("loki")}/loki/api/v1/rules/tests`, {
            method: "POST",
            headers: { "content-type": "application/yaml" },
            body: JSON.stringify({ name: "tests", interval: "2s", rules: [rule] }),
        });
        assert.equal(response.status, 202, await response.text());
        // Loki looks for new rules once a minute.
        const query = async () =>
            (await alerts(running().url("alertmanager"))).filter(({ alertname }) => alertname === rule.alert);
        const fired = await found("the alert is there", query, 120_000);
        assert.equal(fired["k8s_namespace_name"], POD_NAMESPACE);
    });

    it("keeps logs in object storage: they are there again after a restart with an empty disk", async () => {
        await running().process("loki").stop();
        const { store } = running();
        if (store instanceof ObjectStore) {
            assert.ok([...store.objects.keys()].some((key) => key.startsWith("loki-chunks/fake/")));
            assert.ok([...store.objects.keys()].some((key) => key.startsWith("loki-chunks/index/")));
        }
        rmSync(join(running().folder("loki"), "data"), { recursive: true, force: true });
        await running().restart("loki");
        const query = () => logLines(running().url("loki"), `${LINES} |= "slow"`);
        assert.match((await found("the line is there again", query)).line, /"slow"/);
    });

    it("asks Garage for its metrics with the token that it wants to see", async function () {
        if (!(running().store instanceof Garage)) skip(this, WHY_MISSING.garage);
        await found("Garage is up", () => series(running().url("prometheus"), 'up{job="garage"} == 1'));
    });

    describe("with Tempo", () => {
        before(function () {
            if (programs.tempo === undefined) skip(this, WHY_MISSING.tempo);
        });

        it("finds the trace that the exemplar names", async () => {
            await send("/v1/traces", request("web", POD_APP, IDS));
            const url = `${running().url("tempo")}/api/traces/${IDS.traceId}`;
            await found("the trace is there", async () => ((await fetch(url)).ok ? [true] : []));
        });

        it("makes metrics and a graph of services of spans, and writes them to Prometheus", async () => {
            const prometheus = running().url("prometheus");
            const calls = `traces_spanmetrics_calls_total{service="${POD_APP}", span_name="GET /cart"}`;
            const labels = await found("span metrics are there", () => series(prometheus, calls), 90_000);
            assert.equal(labels["source"], "tempo");
            const edge = 'traces_service_graph_request_total{client="web"}';
            const graph = await found("the graph is there", () => series(prometheus, edge), 90_000);
            assert.equal(graph["server"], POD_APP);
        });

        it("keeps traces in object storage: they are there again after a restart with an empty disk", async () => {
            await running().process("tempo").stop();
            rmSync(join(running().folder("tempo"), "data"), { recursive: true, force: true });
            await running().restart("tempo");
            const url = `${running().url("tempo")}/api/traces/${IDS.traceId}`;
            await found("the trace is there again", async () => ((await fetch(url)).ok ? [true] : []), 90_000);
        });
    });
});
