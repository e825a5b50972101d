import assert from "node:assert/strict";
import { DEMO_NAMESPACE } from "../../components/config/demo";
import { askEdge, type EdgeAnswer } from "../helpers/kind-edge";
import { DEMO_LAYERS, kindStack } from "../helpers/kind-stack";
import { Telemetry, TEMPO } from "../helpers/kind-telemetry";
import { eventually, minutes } from "../helpers/kind-wait";
import { skip } from "../helpers/skip";

const HOST = "demo.localhost";

interface Span {
    readonly name: string;
    readonly spanId: string;
    readonly parentSpanId?: string;
}

interface Trace {
    readonly batches: readonly {
        readonly resource: {
            readonly attributes: readonly { readonly key: string; readonly value: { readonly stringValue?: string } }[];
        };
        readonly scopeSpans: readonly { readonly spans: readonly Span[] }[];
    }[];
}

/** One request from this machine, and everything that Grafana would show of it. */
describe("a request of the demo, through the edge", function () {
    this.timeout(minutes(10));
    const stack = kindStack();
    const telemetry = new Telemetry(stack);
    const item = `tea-${process.pid}-${Date.now()}`;
    /** Of the page that was asked for, by the demo's own word. */
    let trace: string;

    const ask = (path: string, order?: object): Promise<EdgeAnswer> =>
        askEdge(stack, {
            path,
            headers: { host: HOST },
            ...(order && { method: "POST", body: JSON.stringify(order) }),
        });
    const servicesOf = ({ batches }: Trace): readonly string[] => {
        const name = (batch: Trace["batches"][number]): string | undefined =>
            batch.resource.attributes.find(({ key }) => key === "service.name")?.value.stringValue;
        return [...new Set(batches.map((batch) => name(batch) ?? "?"))].sort();
    };

    before(async function () {
        await stack.ready(this, ...DEMO_LAYERS);
        if (!stack.config.demo) skip(this, "hearth:demo is off in the settings of the tests' stack");
        // Routes follow the pods by a few seconds.
        await eventually("the demo", async () => ((await ask("/")).status === 200 ? true : undefined));
    });

    it("makes an order, which is in the database then", async () => {
        const made = await ask("/orders", { item, quantity: 2 });
        assert.equal(made.status, 201, made.text);
        const page = await ask("/");
        const { trace: id, orders } = JSON.parse(page.text) as { trace: string; orders: readonly { item: string }[] };
        assert.match(id, /^[0-9a-f]{32}$/);
        assert.ok(orders.some((order) => order.item === item));
        trace = id;
    });

    it("is one trace, from the edge through both services", async () => {
        const found = await eventually("the trace with all its services", async () => {
            const seen = await stack.api.serviceJson<Trace>(TEMPO, `/api/traces/${trace}`);
            return servicesOf(seen).length >= 3 ? seen : undefined;
        });
        assert.deepEqual(servicesOf(found), ["shop-backend", "shop-frontend", "traefik"]);
        const spans = found.batches.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans));
        const ids = new Set(spans.map(({ spanId }) => spanId));
        const roots = spans.filter(({ parentSpanId = "" }) => !ids.has(parentSpanId));
        assert.equal(roots.length, 1, JSON.stringify(spans));
    });

    it("is in the log of each service, with the trace that Grafana leads to", async () => {
        const lines = await eventually("a line of each service", async () => {
            const query = `{k8s_namespace_name="${DEMO_NAMESPACE}"} | trace_id="${trace}"`;
            const seen = await telemetry.logs(query);
            return new Set(seen.map(({ labels }) => labels["service_name"])).size === 2 ? seen : undefined;
        });
        for (const { line, labels } of lines) {
            assert.match(labels["k8s_pod_name"] ?? "", /^shop-/);
            assert.equal((JSON.parse(line) as { trace_id: string }).trace_id, trace);
        }
    });

    it("is counted in Prometheus, with exemplars that are traces of Tempo", async () => {
        const query = `http_server_request_duration_seconds_bucket{namespace="${DEMO_NAMESPACE}"}`;
        const ids = await eventually("an exemplar", async () => {
            const series = await telemetry.prometheus<
                readonly { readonly exemplars: readonly { readonly labels: Readonly<Record<string, string>> }[] }[]
            >("query_exemplars", {
                query,
                start: String(Date.now() / 1000 - 600),
                end: String(Date.now() / 1000 + 60),
            });
            const seen = series.flatMap(({ exemplars }) => exemplars.map(({ labels }) => labels["trace_id"] ?? ""));
            return seen.length > 0 ? seen : undefined;
        });
        const [id = ""] = ids;
        const found = await eventually("the exemplar's trace", () =>
            stack.api.serviceJson<Trace>(TEMPO, `/api/traces/${id}`),
        );
        assert.ok(servicesOf(found).some((name) => name.startsWith("shop-")));
    });

    it("is an edge of the service map, and a rate of each service, both made from its spans", async () => {
        await eventually("the service map", async () => {
            const query = 'traces_service_graph_request_total{client="shop-frontend",server="shop-backend"}';
            return (await telemetry.query(query)).length > 0 ? true : undefined;
        });
        for (const service of ["shop-frontend", "shop-backend"]) {
            const calls = await telemetry.query(`traces_spanmetrics_calls_total{service="${service}"}`);
            assert.ok(calls.length > 0, service);
        }
    });
});
