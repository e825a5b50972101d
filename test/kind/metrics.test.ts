import assert from "node:assert/strict";
import type { Layer } from "../../components/config/layers";
import { histogram } from "../helpers/dataflow-signals";
import { kindStack } from "../helpers/kind-stack";
import { Telemetry } from "../helpers/kind-telemetry";
import { podTargets } from "../../components/observability/scrape-targets";
import { eventually, minutes } from "../helpers/kind-wait";

const TRACE = "6c8efff798038103d269b633813fc60d";
const SPAN = "bee19b7ec3c1b174";

/** Jobs that a layer brings. */
const JOBS: Readonly<Partial<Record<Layer, string>>> = {
    traefik: "traefik",
    alertmanager: "alertmanager",
    "kube-state-metrics": "kube-state-metrics",
    "node-exporter": "prometheus-node-exporter",
    grafana: "grafana",
    loki: "loki",
    tempo: "tempo",
    "otel-collector": "otel-collector",
    garage: "garage",
    postgresql: "postgresql",
};

interface Target {
    readonly health: string;
    readonly lastError: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly scrapeUrl: string;
}

describe("metrics of a stack", function () {
    this.timeout(minutes(10));
    const stack = kindStack();
    const telemetry = new Telemetry(stack);

    before(async function () {
        await stack.ready(this, "prometheus");
    });

    it("are scraped from every target, of which each layer has at least one", async () => {
        const targets = await eventually("every target to be up", async () => {
            const { activeTargets } = await telemetry.prometheus<{ activeTargets: readonly Target[] }>("targets", {
                state: "active",
            });
            const down = activeTargets.filter(({ health }) => health !== "up");
            const told = down.map(({ labels, scrapeUrl, health, lastError }) =>
                [labels["job"], scrapeUrl, health, lastError].join(" "),
            );
            if (down.length > 0) throw new Error(`not up:\n${told.join("\n")}`);
            const missing = expectedJobs().filter((job) => !activeTargets.some(({ labels }) => labels["job"] === job));
            if (missing.length > 0) throw new Error(`no target: ${missing.join(", ")}`);
            return activeTargets;
        });
        console.log(`      ${targets.length} targets are up`);
        const jobs = new Set(targets.map(({ labels }) => labels["job"]));
        assert.deepEqual([...jobs].filter((job) => !expectedJobs().includes(job ?? "")).sort(), []);
    });

    it("are of every node and container", async () => {
        const nodes = await stack.api.core.listNode();
        const seen = await telemetry.query('count by (node) (container_memory_working_set_bytes{container!=""})');
        assert.equal(seen.length, nodes.items.length);
        for (const { value } of seen) assert.ok(value > 1);
    });

    it("arrive by OTLP, with the exemplar that leads to a trace", async function () {
        stack.needs(this, "otel-collector");
        const name = `kind_test_latency_${process.pid}`;
        const sent = histogram(name, "kind-test", { traceId: TRACE, spanId: SPAN });
        assert.equal((await telemetry.send("/v1/metrics", sent)).status, 200);
        const [count] = await eventually("the metric", async () => {
            const found = await telemetry.query(`${name}_seconds_count`);
            return found.length > 0 ? found : undefined;
        });
        assert.equal(count?.value, 3);
        assert.equal(count.labels["job"], "kind-test");
        const exemplars = await telemetry.prometheus<
            readonly {
                readonly seriesLabels: Readonly<Record<string, string>>;
                readonly exemplars: readonly { readonly labels: unknown; readonly value: string }[];
            }[]
        >("query_exemplars", {
            query: `${name}_seconds_bucket`,
            start: String(Date.now() / 1000 - 600),
            end: String(Date.now() / 1000 + 60),
        });
        assert.equal(exemplars.length, 1);
        assert.equal(exemplars[0]?.seriesLabels["le"], "0.5");
        assert.deepEqual(
            exemplars[0].exemplars.map(({ labels, value }) => [labels, Number(value)]),
            [[{ trace_id: TRACE, span_id: SPAN }, 0.25]],
        );
    });

    function expectedJobs(): readonly string[] {
        const ofLayers = stack.config.layers.flatMap((layer) => JOBS[layer] ?? []);
        const others = podTargets(stack.config).map(({ job }) => job);
        // Its pods ask for it by their annotations.
        const demo = stack.config.demo ? ["shop-backend", "shop-frontend"] : [];
        // kubeadm annotates the Service of the cluster's DNS itself.
        return ["prometheus", "kubelet", "kube-dns", ...ofLayers, ...others, ...demo];
    }
});
