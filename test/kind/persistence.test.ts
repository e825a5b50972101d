import assert from "node:assert/strict";
import { namespaceName, type NamespaceId } from "../../components/config/namespaces";
import { GarageAccess, secretData } from "../helpers/kind-garage";
import { isReady, TestPods, variable } from "../helpers/kind-pods";
import { kindStack } from "../helpers/kind-stack";
import { counter, LOKI, Telemetry } from "../helpers/kind-telemetry";
import { eventually, minutes } from "../helpers/kind-wait";

describe("data of a stack", function () {
    this.timeout(minutes(10));
    const stack = kindStack();
    const telemetry = new Telemetry(stack);
    const pods = new TestPods(stack, "kind-test-persistence");
    const marker = `kept_${process.pid}_${Date.now()}`;
    const login = [
        { name: "PGHOST", value: `postgresql.${namespaceName("database")}.svc` },
        { name: "PGDATABASE", value: "app" },
        { name: "PGUSER", value: "app" },
        variable("PGPASSWORD", "kind-test-persistence-login", "password"),
    ];

    before(async function () {
        await stack.ready(this, "postgresql");
        const { app: password = "" } = await secretData(stack, "postgresql-roles");
        await pods.secret("login", { password });
        const sql = `create table ${marker} (n int); insert into ${marker} values (42)`;
        const end = await pods.run("writer", `echo ${marker}; psql -v ON_ERROR_STOP=1 -c "${sql}"`, login);
        assert.equal(end.exitCode, 0, end.log);
    });
    after(async () => {
        await pods.remove();
    });

    /** Deletes a workload's only pod and waits for the one that takes its place. */
    async function replacePod(where: NamespaceId, labelSelector: string): Promise<void> {
        const [name, { core }] = [namespaceName(where), stack.api];
        const { items } = await core.listNamespacedPod({ namespace: name, labelSelector });
        const [pod] = items;
        assert.equal(items.length, 1, labelSelector);
        await core.deleteNamespacedPod({ namespace: name, name: pod?.metadata?.name ?? "" });
        await eventually(`the next pod of ${labelSelector}`, async () => {
            const now = await core.listNamespacedPod({ namespace: name, labelSelector });
            const [next, ...others] = now.items;
            const fresh = next !== undefined && next.metadata?.uid !== pod?.metadata?.uid && isReady(next);
            return fresh && others.length === 0 ? true : undefined;
        });
    }

    async function logLine(): Promise<void> {
        const [found, ...others] = await eventually("the line", async () => {
            const lines = await telemetry.logs(`{k8s_namespace_name="${pods.namespace}"} |= "${marker}"`);
            return lines.length > 0 ? lines : undefined;
        });
        assert.equal(found?.line, marker);
        assert.deepEqual(others, []);
    }

    it("outlives Loki's pod, and comes once", async function () {
        stack.needs(this, "loki", "otel-collector");
        await logLine();
        await replacePod("observability", "app.kubernetes.io/name=loki");
        await logLine();
    });

    it("outlives Garage's pod", async function () {
        stack.needs(this, "garage", "loki", "otel-collector");
        await stack.api.service(LOKI, "/flush", { method: "POST" });
        const chunks = (garage: GarageAccess): Promise<number> =>
            eventually("chunks", async () => {
                const { objects } = await garage.bucket("loki-chunks");
                return objects > 0 ? objects : undefined;
            });
        const before = await GarageAccess.with(stack, chunks);
        await replacePod("storage", "app.kubernetes.io/name=garage");
        const after = await GarageAccess.with(stack, chunks);
        assert.ok(after >= before, `${after} objects, there were ${before}`);
        await logLine();
    });

    it("outlives Prometheus' pod", async function () {
        stack.needs(this, "prometheus", "otel-collector");
        const name = `kind_test_${marker}`;
        assert.equal((await telemetry.send("/v1/metrics", counter(name, 7))).status, 200);
        const value = async (): Promise<number> => {
            const [found] = await eventually("the metric", async () => {
                const series = await telemetry.query(`max_over_time(${name}_total[1h])`);
                return series.length > 0 ? series : undefined;
            });
            return found?.value ?? NaN;
        };
        assert.equal(await value(), 7);
        await replacePod("observability", "app.kubernetes.io/name=prometheus");
        assert.equal(await value(), 7);
    });

    it("outlives PostgreSQL's pod", async () => {
        await replacePod("database", "app.kubernetes.io/name=postgresql");
        // kube-proxy learns of the new pod a moment after it is ready, and refuses connections until then.
        const reachable = "for _ in $(seq 150); do pg_isready -q && break; sleep 0.2; done";
        const read = `psql -At -c "select n from ${marker}"`;
        const { exitCode, log } = await pods.run("reader", `${reachable}; ${read}`, login);
        assert.equal(exitCode, 0, log);
        assert.equal(log.trim(), "42");
    });
});
