import assert from "node:assert/strict";
import { Agent } from "node:http";
import { namespaceName } from "../../components/config/namespaces";
import { askEdge, type EdgeAnswer } from "../helpers/kind-edge";
import { PROGRAM, programPod } from "../helpers/kind-program";
import { kindStack } from "../helpers/kind-stack";
import { Telemetry } from "../helpers/kind-telemetry";
import { eventually, minutes } from "../helpers/kind-wait";
import { skip } from "../helpers/skip";

const HOST = "kind-test.example";
/** Hosts of a route of Gateway API, and of one in a namespace that is no application's. */
const GATEWAY_HOST = "gateway.kind-test.example";
const FOREIGN_HOST = "foreign.kind-test.example";
const ROUTE = { group: "traefik.io", version: "v1alpha1", plural: "ingressroutes" };
const HTTP_ROUTE = { group: "gateway.networking.k8s.io", version: "v1", plural: "httproutes" };

/** Name of everything that the tests make in the application's namespace. */
const NAME = "kind-test-edge";
const FOREIGN_NAMESPACE = "kind-test-edge";

/** Requests that are under way at once, and how many there are at most until some have been refused. */
const AT_ONCE = 50;
const AT_MOST = 2000;

const METADATA = { name: NAME, labels: { "app.kubernetes.io/name": NAME } };

/** A route to the program, as an application's own would be, with the edge's middlewares. */
function route(host: string): unknown {
    const middlewares = ["cors", "rate-limit", "retry"].map((name) => ({ name, namespace: namespaceName("edge") }));
    const services = [{ name: NAME, port: PROGRAM.port }];
    return {
        apiVersion: `${ROUTE.group}/${ROUTE.version}`,
        kind: "IngressRoute",
        metadata: METADATA,
        spec: { entryPoints: ["web"], routes: [{ kind: "Rule", match: `Host(\`${host}\`)`, middlewares, services }] },
    };
}

/** The same in Gateway API's words. */
function httpRoute(host: string): unknown {
    return {
        apiVersion: `${HTTP_ROUTE.group}/${HTTP_ROUTE.version}`,
        kind: "HTTPRoute",
        metadata: METADATA,
        spec: {
            parentRefs: [{ name: "edge", namespace: namespaceName("edge"), sectionName: "web" }],
            hostnames: [host],
            rules: [{ backendRefs: [{ name: NAME, port: PROGRAM.port }] }],
        },
    };
}

describe("the edge of a stack", function () {
    this.timeout(minutes(10));
    const stack = kindStack();
    const telemetry = new Telemetry(stack);
    const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
    let made = false;
    const marker = `edge-${process.pid}-${Date.now()}`;

    before(async function () {
        await stack.ready(this, "traefik");
        if (stack.has("istio")) skip(this, "in the mesh a waypoint asks these requests for a token");
        made = true;
        await makeProgram();
        for (const [namespace, host] of [
            [application(), HOST],
            [FOREIGN_NAMESPACE, FOREIGN_HOST],
        ] as const) {
            await stack.api.custom.createNamespacedCustomObject({ ...ROUTE, namespace, body: route(host) });
        }
        const gateway = { ...HTTP_ROUTE, namespace: application(), body: httpRoute(GATEWAY_HOST) };
        await stack.api.custom.createNamespacedCustomObject(gateway);
        for (const host of [HOST, GATEWAY_HOST]) {
            await eventually(`the route of ${host}`, async () =>
                (await ask({ host })).status === 200 ? true : undefined,
            );
        }
    });
    after(async () => {
        agent.destroy();
        if (!made) return;
        const { core, custom } = stack.api;
        const own = { namespace: application(), name: NAME };
        await custom.deleteNamespacedCustomObject({ ...ROUTE, ...own });
        await custom.deleteNamespacedCustomObject({ ...HTTP_ROUTE, ...own });
        await core.deleteNamespacedService(own);
        await core.deleteNamespacedPod(own);
        await core.deleteNamespace({ name: FOREIGN_NAMESPACE });
    });

    /** The first of the applications' namespaces. */
    function application(): string {
        return stack.config.applicationNamespaces[0] ?? "";
    }

    /** A program that answers HTTP, and its Service; and a namespace that is no application's. */
    async function makeProgram(): Promise<void> {
        const { core } = stack.api;
        const body = programPod(stack, METADATA);
        await core.createNamespacedPod({ namespace: application(), body });
        const ports = [{ name: "http", port: PROGRAM.port, targetPort: "http" }];
        const service = { metadata: METADATA, spec: { selector: METADATA.labels, ports } };
        await core.createNamespacedService({ namespace: application(), body: service });
        await core.createNamespace({ body: { metadata: { name: FOREIGN_NAMESPACE } } });
    }

    /** A request of the program by way of the edge. */
    function ask(headers: Readonly<Record<string, string>> = {}, method = "GET"): Promise<EdgeAnswer> {
        return askEdge(stack, { path: PROGRAM.path, method, headers: { host: HOST, ...headers }, agent });
    }

    it("leads to a Service by an IngressRoute and by an HTTPRoute", async () => {
        for (const host of [HOST, GATEWAY_HOST]) {
            const { status, text } = await ask({ host });
            assert.equal(status, 200);
            assert.equal(text, PROGRAM.answer);
        }
        assert.equal((await ask({ host: "other.example" })).status, 404);
    });

    it("knows no route of a namespace that is no application's", async () => {
        // It was made before the HTTPRoute, which is served.
        assert.equal((await ask({ host: FOREIGN_HOST })).status, 404);
    });

    it("tells whoever made a gateway or its route that Traefik took it", async () => {
        const conditions = async (plural: string, namespace: string, name: string): Promise<string> =>
            JSON.stringify(
                await stack.api.custom.getNamespacedCustomObjectStatus({ ...HTTP_ROUTE, plural, namespace, name }),
            );
        assert.match(await conditions("gateways", namespaceName("edge"), "edge"), /"type":"Programmed"/);
        assert.match(await conditions("httproutes", application(), NAME), /"type":"Accepted"/);
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
        assert.equal(line["RequestPath"], PROGRAM.path);
        assert.equal(line["OriginStatus"], 200);
        assert.match(String(line["TraceId"]), /^[0-9a-f]{32}$/);
        assert.equal(found?.labels["trace_id"], line["TraceId"]);
        assert.doesNotMatch(found?.line ?? "", /of-nobody|of=nobody/);
    });

    it("counts what it does", async function () {
        stack.needs(this, "prometheus");
        const [requests] = await eventually("the edge's metrics", async () => {
            const found = await telemetry.query('sum(traefik_entrypoint_requests_total{entrypoint="web", code="200"})');
            return found.length > 0 ? found : undefined;
        });
        assert.ok((requests?.value ?? 0) > 0);
    });
});
