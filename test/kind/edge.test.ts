import assert from "node:assert/strict";
import { Agent, request, type IncomingHttpHeaders } from "node:http";
import { namespaceName } from "../../components/config/namespaces";
import { HOST_ADDRESS, portOf } from "../../components/config/ports";
import { kindStack } from "../helpers/kind-stack";
import { Telemetry } from "../helpers/kind-telemetry";
import { eventually, minutes } from "../helpers/kind-wait";

const HOST = "kind-test.example";
const ROUTE = { group: "traefik.io", version: "v1alpha1", plural: "ingressroutes" };
const NAMESPACE = "kind-test-edge";

/** Requests that are under way at once, and how many there are at most until some have been refused. */
const AT_ONCE = 50;
const AT_MOST = 2000;

interface Answer {
    readonly status: number;
    readonly headers: IncomingHttpHeaders;
    readonly text: string;
}

/** A route to Prometheus, as an application's own would be: in a namespace of its own, with the edge's middlewares. */
function route(): unknown {
    const { service, port } = portOf("prometheus");
    const middlewares = ["cors", "rate-limit", "retry"].map((name) => ({ name, namespace: namespaceName("edge") }));
    return {
        apiVersion: `${ROUTE.group}/${ROUTE.version}`,
        kind: "IngressRoute",
        metadata: { name: "prometheus" },
        spec: {
            entryPoints: ["web"],
            routes: [
                {
                    kind: "Rule",
                    match: `Host(\`${HOST}\`)`,
                    middlewares,
                    services: [{ name: service.name, namespace: service.namespace, port }],
                },
            ],
        },
    };
}

describe("the edge of a stack", function () {
    this.timeout(minutes(10));
    const stack = kindStack();
    const telemetry = new Telemetry(stack);
    const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
    const marker = `edge-${process.pid}-${Date.now()}`;

    before(async function () {
        await stack.ready(this, "traefik", "prometheus");
        await stack.api.core.createNamespace({ body: { metadata: { name: NAMESPACE } } });
        await stack.api.custom.createNamespacedCustomObject({ ...ROUTE, namespace: NAMESPACE, body: route() });
        await eventually("the route", async () => ((await ask()).status === 404 ? undefined : true));
    });
    after(async () => {
        agent.destroy();
        if (stack.record !== undefined) await stack.api.core.deleteNamespace({ name: NAMESPACE });
    });

    /** A request of Prometheus' readiness by way of the edge. */
    function ask(headers: Readonly<Record<string, string>> = {}, method = "GET"): Promise<Answer> {
        const port = stack.config.ports.find(({ id }) => id === "traefik")?.hostPort;
        return new Promise((resolve, reject) => {
            const options = { host: HOST_ADDRESS, port, path: "/-/ready", method, agent };
            const call = request({ ...options, headers: { host: HOST, ...headers } }, (response) => {
                let text = "";
                response.setEncoding("utf8");
                response.on("data", (part: string) => (text += part));
                response.on("end", () =>
                    resolve({ status: response.statusCode ?? 0, headers: response.headers, text }),
                );
                response.on("error", reject);
            });
            call.on("error", reject);
            call.end();
        });
    }

    it("leads to a Service by a route of another namespace", async () => {
        const { status, text } = await ask();
        assert.equal(status, 200);
        assert.match(text, /^Prometheus Server is Ready/);
        assert.equal((await ask({ host: "other.example" })).status, 404);
    });

    it("lets browsers in from the origins of the settings, and from no other", async () => {
        const [origin = ""] = stack.config.edge.corsOrigins;
        const asks = { "access-control-request-method": "POST", "access-control-request-headers": "Content-Type" };
        const preflight = await ask({ origin, ...asks }, "OPTIONS");
        assert.equal(preflight.status, 200);
        assert.equal(preflight.headers["access-control-allow-origin"], origin);
        assert.match(preflight.headers["access-control-allow-methods"] ?? "", /POST/);
        assert.match(preflight.headers["access-control-allow-headers"] ?? "", /Content-Type/);
        assert.equal((await ask({ origin })).headers["access-control-allow-origin"], origin);
        const foreign = await ask({ origin: "http://foreign.example", ...asks }, "OPTIONS");
        assert.equal(foreign.headers["access-control-allow-origin"], undefined);
    });

    it("refuses requests beyond the rate, and takes them again after it", async () => {
        const counts = new Map<number, number>();
        for (let sent = 0; sent < AT_MOST && !counts.has(429); sent += AT_ONCE) {
            for (const { status } of await Promise.all(Array.from({ length: AT_ONCE }, () => ask()))) {
                counts.set(status, (counts.get(status) ?? 0) + 1);
            }
        }
        console.log(`      answers by status: ${JSON.stringify(Object.fromEntries(counts))}`);
        assert.deepEqual([...counts.keys()].sort(), [200, 429]);
        await eventually("an answer again", async () => ((await ask()).status === 200 ? true : undefined));
    });

    it("writes an access log that Loki gets, with the id of its trace and no credentials", async function () {
        stack.needs(this, "loki", "otel-collector");
        const headers = { "x-request-id": marker, authorization: "Bearer of-nobody", cookie: "of=nobody" };
        assert.equal((await ask(headers)).status, 200);
        const [found] = await eventually("the line", async () => {
            const lines = await telemetry.logs(`{k8s_namespace_name="${namespaceName("edge")}"} |= "${marker}"`);
            return lines.length > 0 ? lines : undefined;
        });
        const line = JSON.parse(found?.line ?? "") as Readonly<Record<string, unknown>>;
        assert.equal(line["RequestHost"], HOST);
        assert.equal(line["RequestPath"], "/-/ready");
        assert.equal(line["OriginStatus"], 200);
        assert.match(String(line["TraceId"]), /^[0-9a-f]{32}$/);
        assert.equal(found?.labels["trace_id"], line["TraceId"]);
        assert.doesNotMatch(found?.line ?? "", /of-nobody|of=nobody/);
    });

    it("counts what it does", async () => {
        const [requests] = await eventually("the edge's metrics", async () => {
            const found = await telemetry.query('sum(traefik_entrypoint_requests_total{entrypoint="web", code="200"})');
            return found.length > 0 ? found : undefined;
        });
        assert.ok((requests?.value ?? 0) > 0);
    });
});
