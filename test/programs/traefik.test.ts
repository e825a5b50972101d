import assert from "node:assert/strict";
import { once } from "node:events";
import { request, type IncomingMessage } from "node:http";
import { containerProgram, relocated } from "../helpers/container-program";
import { missingKwokTools } from "../helpers/kwok-scripts";
import { freePorts, Loopback, statusOf, type LoopbackProcess } from "../helpers/loopback";
import type { Manifest } from "../helpers/manifests";
import { at } from "../helpers/observability";
import { programOr, stackOr } from "../helpers/programs";
import { SimulatedCluster } from "../helpers/simulated-cluster";
import { skip } from "../helpers/skip";

/** What of a stack Traefik reads, and what it may read it with. */
const KINDS = /^(Namespace|ServiceAccount|(Cluster)?Role(Binding)?|Service|Gateway|GatewayClass|Middleware)$/;
const GROUPS = /^(traefik\.io|gateway\.networking\.k8s\.io)$/;

const ROUTE = { kind: "IngressRoute", namespace: "apps", name: "web" };
const ORIGIN = "http://localhost:5173";

/** An application behind every middleware that routes can name. */
const APPLICATION: readonly Manifest[] = [
    {
        apiVersion: "v1",
        kind: "Service",
        metadata: { name: "web", namespace: "apps" },
        spec: { ports: [{ port: 80 }], selector: { app: "web" } },
    },
    {
        apiVersion: "traefik.io/v1alpha1",
        kind: ROUTE.kind,
        metadata: { name: ROUTE.name, namespace: ROUTE.namespace },
        spec: {
            entryPoints: ["web"],
            routes: [
                {
                    kind: "Rule",
                    match: "Host(`web.example`)",
                    middlewares: ["rate-limit", "cors", "retry"].map((name) => ({ name, namespace: "edge" })),
                    services: [{ name: "web", port: 80 }],
                },
            ],
        },
    },
    {
        apiVersion: "gateway.networking.k8s.io/v1",
        kind: "HTTPRoute",
        metadata: { name: "web", namespace: "apps" },
        spec: {
            parentRefs: [{ name: "edge", namespace: "edge" }],
            hostnames: ["gateway.example"],
            rules: [{ backendRefs: [{ name: "web", port: 80 }] }],
        },
    },
];

/** What Traefik warns of, with why it is so. */
const ON_PURPOSE: readonly (readonly [words: string, why: string])[] = [
    ["traces export", "nobody takes its spans in this test"],
    ["Cross-namespace reference", "the middlewares are the edge's, for routes of all applications"],
    ["encoded characters", "a notice about the default of Traefik 3.6, which is the stricter one"],
];

interface Answer {
    readonly status: number;
    /** Origin that a browser may come from. */
    readonly allowed: string | undefined;
}

describe("Traefik, with the configuration of stack full", function () {
    this.timeout(240_000);
    let cluster: SimulatedCluster | undefined;
    let loopback: Loopback | undefined;
    let traefik: LoopbackProcess;
    let ports: Readonly<Record<"metrics" | "ping" | "web" | "websecure", number>>;
    const running = (): SimulatedCluster => cluster ?? assert.fail("there is no cluster");

    before(async function () {
        const program = programOr(this, "traefik");
        const missing = missingKwokTools();
        if (missing.length > 0) skip(this, `the simulated cluster lacks ${missing.join(", ")}`);
        const { objects } = await stackOr(this, "full");
        const [metrics = 0, ping = 0, web = 0, websecure = 0, nobody = 0] = await freePorts(5);
        ports = { metrics, ping, web, websecure };
        cluster = new SimulatedCluster("traefik");
        loopback = new Loopback();
        await cluster.start();
        await cluster.apply([...objects.filter(isRead).map((object) => onPort(object, web)), ...APPLICATION]);
        const { args, env } = relocated(containerProgram(objects, "traefik"), {
            ":9100": `127.0.0.1:${metrics}`,
            ":8080": `127.0.0.1:${ping}`,
            ":8000": `127.0.0.1:${web}`,
            ":8443": `127.0.0.1:${websecure}`,
            "otel-collector.node-agents.svc:4317": `127.0.0.1:${nobody}`,
        });
        const kubeconfig = cluster.accountKubeconfig("edge", "traefik");
        traefik = loopback.start(program, args, { ...env, KUBECONFIG: kubeconfig });
        await traefik.until("it is ready", async () => (await statusOf(`http://127.0.0.1:${ping}/ping`)) === 200);
    });

    after(async () => {
        await loopback?.dispose();
        await cluster?.remove();
    });

    /** The edge's answer for a host. Node's fetch lets nobody set the header. */
    async function ask(host: string, method = "GET", headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
        const sent = request({ host: "127.0.0.1", port: ports.web, method, headers: { host, ...headers } }).end();
        const [answer] = (await once(sent, "response")) as [IncomingMessage];
        answer.resume();
        return { status: answer.statusCode ?? 0, allowed: answer.headers["access-control-allow-origin"] };
    }

    it("serves the gateway, with its class and its listener", async () => {
        await traefik.until("the gateway is programmed", () => {
            const gateway = running().get("gateway", "edge", "edge");
            return ["Accepted", "Programmed"].every((type) => condition(at(gateway, "status/conditions"), type));
        });
        const gatewayClass = running().get("gatewayclass", "edge", "traefik");
        assert.ok(condition(at(gatewayClass, "status/conditions"), "Accepted"));
        const gateway = running().get("gateway", "edge", "edge");
        assert.equal(at(gateway, "status/listeners/0/name"), "web");
    });

    it("takes a route of an application's namespace", async () => {
        await traefik.until("the route is accepted", () => {
            const conditions = at(running().get("httproute", "apps", "web"), "status/parents/0/conditions");
            return condition(conditions, "Accepted") && condition(conditions, "ResolvedRefs");
        });
    });

    it("knows every middleware that a route names: preflights are answered, and too many of them refused", async () => {
        const preflight = { origin: ORIGIN, "access-control-request-method": "POST" };
        await traefik.until(
            "the route is served",
            async () => (await ask("web.example", "OPTIONS", preflight)).status === 200,
        );
        assert.equal((await ask("web.example", "OPTIONS", preflight)).allowed, ORIGIN);
        const elsewhere = { ...preflight, origin: "http://elsewhere.example" };
        assert.equal((await ask("web.example", "OPTIONS", elsewhere)).allowed, undefined);
        const middleware = running().get("middleware", "edge", "rate-limit");
        const burst = Number(at(middleware, "spec/rateLimit/burst"));
        const many = Array.from({ length: burst * 3 }, () => ask("web.example", "OPTIONS", preflight));
        const statuses = (await Promise.all(many)).map(({ status }) => status);
        assert.ok(statuses.includes(429), `${statuses.length} answers, none of them 429`);
    });

    it("serves no host that no route names", async () => {
        assert.equal((await ask("nobody.example")).status, 404);
    });

    it("shows metrics under the names that dashboards and alerts read, and none of a failed reload", async () => {
        const text = await (await fetch(`http://127.0.0.1:${ports.metrics}/metrics`)).text();
        assert.match(text, /^traefik_entrypoint_requests_total\{code="404",entrypoint="web"/m);
        assert.match(text, /^traefik_config_last_reload_success [1-9]/m);
    });

    it("complains about nothing but what is on purpose", () => {
        const lines = traefik.log.split("\n").filter((line) => /"level":"(error|warn|fatal)"/.test(line));
        assert.deepEqual(
            lines.filter((line) => !ON_PURPOSE.some(([words]) => line.includes(words))),
            [],
        );
    });
});

function isRead({ apiVersion, kind, metadata }: Manifest): boolean {
    if (kind === "CustomResourceDefinition") return GROUPS.test(metadata.name.split(".").slice(1).join("."));
    if (!KINDS.test(kind)) return false;
    if (kind === "Namespace" || kind === "GatewayClass") return true;
    const { namespace } = metadata;
    const ofTraefik = JSON.stringify(metadata).includes("traefik");
    return (
        namespace === "edge" ||
        (namespace === "apps" && apiVersion !== "gateway.networking.k8s.io/v1" && ofTraefik) ||
        (namespace === undefined && ofTraefik)
    );
}

/** The gateway with its listener on the port that the entry point has here: Traefik goes by it. */
function onPort(object: Manifest, port: number): Manifest {
    if (object.kind !== "Gateway") return object;
    return JSON.parse(JSON.stringify(object).replace('"port":8000', `"port":${port}`)) as Manifest;
}

function condition(conditions: unknown, type: string): boolean {
    return Object.values(conditions ?? {}).some((one) => at(one, "type") === type && at(one, "status") === "True");
}
