import assert from "node:assert/strict";
import { CONTAINER, TestPods } from "../helpers/kind-pods";
import { kindStack } from "../helpers/kind-stack";
import { LOKI, Telemetry } from "../helpers/kind-telemetry";
import { eventually, minutes } from "../helpers/kind-wait";

const TRACE = "7b8efff798038103d269b633813fc60c";
const SPAN = "aee19b7ec3c1b174";

describe("a pod's log line in Loki", function () {
    this.timeout(minutes(10));
    const stack = kindStack();
    const telemetry = new Telemetry(stack);
    const pods = new TestPods(stack, "kind-test-logs");
    const marker = `line-of-${process.pid}-${Date.now()}`;

    before(async function () {
        await stack.ready(this, "loki", "otel-collector", "postgresql");
        const json = JSON.stringify({ level: "warn", msg: marker, trace_id: TRACE, span_id: SPAN });
        const end = await pods.run("talker", `echo '${json}'; echo '${marker} without an id'`);
        assert.equal(end.exitCode, 0, end.log);
    });
    after(() => pods.remove());

    it("is found by its namespace, as it was written, with the pod that wrote it", async () => {
        const [found, ...others] = await eventually("the line", async () => {
            const lines = await telemetry.logs(`{k8s_namespace_name="${pods.namespace}"} |= "${marker}" |= "level"`);
            return lines.length > 0 ? lines : undefined;
        });
        assert.deepEqual(others, []);
        assert.deepEqual(JSON.parse(found?.line ?? ""), {
            level: "warn",
            msg: marker,
            trace_id: TRACE,
            span_id: SPAN,
        });
        const { labels = {} } = found ?? {};
        assert.equal(labels["k8s_pod_name"], "kind-test-logs-talker");
        assert.equal(labels["k8s_container_name"], CONTAINER);
        assert.equal(labels["k8s_cluster_name"], stack.clusterName);
        assert.match(labels["k8s_node_name"] ?? "", new RegExp(`^${stack.clusterName}-`));
        assert.match(labels["k8s_pod_uid"] ?? "", /^[0-9a-f-]{36}$/);
        assert.equal(labels["service_name"], "kind-test-logs-talker");
    });

    it("carries the trace that it names, and its severity; a line that names none has none", async () => {
        const lines = await eventually("both lines", async () => {
            const all = await telemetry.logs(`{k8s_namespace_name="${pods.namespace}"} |= "${marker}"`);
            return all.length === 2 ? all : undefined;
        });
        const traced = lines.find(({ line }) => line.startsWith("{"));
        const plain = lines.find(({ line }) => !line.startsWith("{"));
        assert.equal(traced?.labels["trace_id"], TRACE);
        assert.equal(traced.labels["span_id"], SPAN);
        assert.equal(traced.labels["severity_text"], "warn");
        assert.equal(plain?.labels["trace_id"], undefined);
    });

    it("is found by the id of its trace, as Grafana's links ask for it", async () => {
        const lines = await telemetry.logs(`{service_name=~".+"} | trace_id="${TRACE}" |= "${marker}"`);
        assert.equal(lines.length, 1);
    });

    it("has what the platform's own pods wrote beside it", async () => {
        const { data } = await stack.api.serviceJson<{ readonly data: readonly string[] }>(
            LOKI,
            "/loki/api/v1/label/k8s_namespace_name/values",
        );
        for (const name of ["kube-system", "observability", "storage"]) assert.ok(data.includes(name), name);
    });
});
