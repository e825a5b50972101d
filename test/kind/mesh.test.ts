import assert from "node:assert/strict";
import { WAYPOINT } from "../../components/config/mesh";
import { namespaceName } from "../../components/config/namespaces";
import { CLUSTER_STYLE, signed, type Signing } from "../helpers/access-mesh";
import { ACCESS_TABLE, rowTitle, type AccessRow, type Caller } from "../helpers/access-table";
import { TokenSigner } from "../helpers/fake-issuer";
import { isReady } from "../helpers/kind-pods";
import { podNetworks, type PodNetwork } from "../helpers/kind-probes";
import { PROGRAM, programPod } from "../helpers/kind-program";
import { ask, type HttpRequest } from "../helpers/kind-requests";
import { statusOf } from "../helpers/kind-pages";
import { kindStack } from "../helpers/kind-stack";
import { eventually, minutes } from "../helpers/kind-wait";
import type { MeshAnswer } from "../helpers/mesh-semantics";

const NAME = "kind-test-mesh";
const LABELS = { "app.kubernetes.io/name": NAME };
const HOST = "mesh.kind-test.example";
const GATEWAY = { group: "gateway.networking.k8s.io", version: "v1", plural: "gateways", name: WAYPOINT };
const ROUTE = { group: "traefik.io", version: "v1alpha1", plural: "ingressroutes" };

/** Seconds by which wrong times are wrong: the table takes minutes to go through. */
const MARGIN = 3600;

describe("tokens and bypasses on a real mesh", function () {
    this.timeout(minutes(10));
    const stack = kindStack();
    const networks = new Map<Caller, PodNetwork>();
    const made: { readonly namespace: string; readonly name: string }[] = [];
    const target = { service: "", address: "" };
    let signing: Signing | undefined;

    before(async function () {
        await stack.ready(this, "istio", "traefik", "prometheus");
        const [application = "", other = ""] = stack.config.applicationNamespaces;
        const { core, custom } = stack.api;
        for (const [namespace, name] of [
            [application, NAME],
            [application, `${NAME}-neighbour`],
            [other, `${NAME}-other`],
        ] as const) {
            await core.createNamespacedPod({ namespace, body: programPod(stack, { name, labels: labelsOf(name) }) });
            made.push({ namespace, name });
        }
        const ports = [{ name: "http", port: PROGRAM.port, targetPort: "http" }];
        const service = { metadata: { name: NAME, labels: LABELS }, spec: { selector: LABELS, ports } };
        const { spec } = await core.createNamespacedService({ namespace: application, body: service });
        target.service = spec?.clusterIP ?? "";
        const body = {
            apiVersion: `${ROUTE.group}/${ROUTE.version}`,
            kind: "IngressRoute",
            metadata: { name: NAME },
            spec: {
                entryPoints: ["web"],
                routes: [{ kind: "Rule", match: `Host(\`${HOST}\`)`, services: [{ name: NAME, port: PROGRAM.port }] }],
            },
        };
        await custom.createNamespacedCustomObject({ ...ROUTE, namespace: application, body });
        target.address = (await readyPod(application, `app.kubernetes.io/name=${NAME}`)).status?.podIP ?? "";
        networks.set("edge", await networkOf(namespaceName("edge"), "app.kubernetes.io/name=traefik"));
        networks.set("neighbour", await networkOf(application, `app.kubernetes.io/name=${NAME}-neighbour`));
        networks.set("other application", await networkOf(other, `app.kubernetes.io/name=${NAME}-other`));
        networks.set(
            "outside the mesh",
            await networkOf(namespaceName("observability"), "app.kubernetes.io/name=prometheus"),
        );
        signing = { ...(await theClustersOwn()), now: Math.floor(Date.now() / 1000), margin: MARGIN };
        await eventually("the waypoint's first answer", async () => {
            const [answer] = await ask(stack, networkFrom("edge"), [requestTo("service", "/healthz")]);
            return answer === 200 ? true : undefined;
        });
    });
    after(async () => {
        const [{ core, custom }, [namespace = ""]] = [stack.api, stack.config.applicationNamespaces];
        for (const pod of made) await core.deleteNamespacedPod(pod);
        if (made.length === 0) return;
        await core.deleteNamespacedService({ namespace, name: NAME });
        await custom.deleteNamespacedCustomObject({ ...ROUTE, namespace, name: NAME });
    });

    function labelsOf(name: string): Readonly<Record<string, string>> {
        return { "app.kubernetes.io/name": name };
    }

    function readyPod(namespace: string, labelSelector: string) {
        return eventually(`a pod ${labelSelector}`, async () =>
            (await stack.api.core.listNamespacedPod({ namespace, labelSelector })).items.find(isReady),
        );
    }

    async function networkOf(namespace: string, labelSelector: string): Promise<PodNetwork> {
        const { metadata, spec } = await readyPod(namespace, labelSelector);
        const network = (await podNetworks(stack, spec?.nodeName ?? "")).get(`${namespace}/${metadata?.name}`);
        assert.ok(network, labelSelector);
        return network;
    }

    /** The key by which the cluster signs tokens, so that wrong ones can be wrong in one thing only. */
    async function theClustersOwn(): Promise<Pick<Signing, "signer" | "forger">> {
        const key = stack.engine("exec", `${stack.clusterName}-control-plane`, "cat", "/etc/kubernetes/pki/sa.key");
        const { stdout } = await stack.succeed("token", "--user", "alice");
        const [head = ""] = stdout.trim().split(".");
        const { kid } = JSON.parse(Buffer.from(head, "base64url").toString()) as { readonly kid: string };
        return { signer: new TokenSigner(kid, key), forger: new TokenSigner(kid) };
    }

    function networkFrom(caller: Caller): PodNetwork {
        const network = networks.get(caller);
        assert.ok(network, caller);
        return network;
    }

    function requestTo(by: "service" | "address", path: string, token?: string): HttpRequest {
        return { address: target[by], port: PROGRAM.port, path, ...(token === undefined ? {} : { token }) };
    }

    function requestOf({ by, path, token: name }: AccessRow): HttpRequest {
        assert.ok(signing);
        const { token, queryToken } = signed(name, CLUSTER_STYLE, signing);
        return requestTo(by, queryToken === undefined ? path : `${path}?access_token=${queryToken}`, token);
    }

    /** Between applications the network says no where the mesh would ask for a token. */
    function expectedOf({ from, expected }: AccessRow): MeshAnswer {
        return from === "other application" && stack.has("cilium") ? "refused" : expected;
    }

    /** Goes through the rows of one state of the waypoint; wrong answers are asked for once more. */
    async function wrong(rows: readonly AccessRow[], again = true): Promise<readonly string[]> {
        const answers = new Map<AccessRow, MeshAnswer>();
        for (const from of new Set(rows.map((row) => row.from))) {
            const own = rows.filter((row) => row.from === from);
            const given = await ask(stack, networkFrom(from), own.map(requestOf));
            own.forEach((row, index) => answers.set(row, given[index] ?? "refused"));
        }
        const different = rows.filter((row) => answers.get(row) !== expectedOf(row));
        if (again && different.length > 0) return wrong(different, false);
        if (again) tell(rows, answers);
        return different.map((row) => `${rowTitle(row)}, but was ${answers.get(row)}`);
    }

    function tell(rows: readonly AccessRow[], answers: ReadonlyMap<AccessRow, MeshAnswer>): void {
        const counts = new Map<string, number>();
        for (const row of rows) {
            const key = `${row.from}, by ${row.by}: ${answers.get(row)}`;
            counts.set(key, (counts.get(key) ?? 0) + 1);
        }
        for (const [key, count] of counts) console.log(`      ${key} × ${count}`);
    }

    const rowsWith = (waypoint: AccessRow["waypoint"]): readonly AccessRow[] =>
        ACCESS_TABLE.filter((row) => row.waypoint === waypoint);

    it("are answered as the table says, row by row", async () => {
        assert.deepEqual(await wrong(rowsWith("running")), []);
    });

    it("are answered by way of the edge", async () => {
        const { stdout } = await stack.succeed("token", "--user", "alice");
        const port = stack.config.ports.find(({ id }) => id === "traefik")?.hostPort;
        const status = async (path: string, token?: string): Promise<number> => {
            const headers = { host: HOST, ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) };
            return statusOf(port ?? 0, path, headers);
        };
        await eventually("the route", async () => ((await status("/healthz")) === 404 ? true : undefined));
        assert.equal(await status("/ping"), 403);
        assert.equal(await status("/ping", stdout.trim()), 200);
        assert.equal(await status("/ping", "not.a.token"), 401);
        assert.equal(await status("/admin/users", stdout.trim()), 404);
        assert.equal(await status("/admin/users"), 403);
    });

    it("end in nothing where the waypoint has no pod", async () => {
        const [namespace = ""] = stack.config.applicationNamespaces;
        await scaleWaypoint(namespace, 0);
        try {
            assert.deepEqual(await wrong(rowsWith("scaled to zero")), []);
        } finally {
            await scaleWaypoint(namespace, 1);
        }
        await eventually("the waypoint's answer", async () => {
            const [answer] = await ask(stack, networkFrom("edge"), [requestTo("service", "/healthz")]);
            return answer === 200 ? true : undefined;
        });
    });

    it("end in nothing where there is no waypoint", async () => {
        const [namespace = ""] = stack.config.applicationNamespaces;
        const { custom } = stack.api;
        const gateway = (await custom.getNamespacedCustomObject({ ...GATEWAY, namespace })) as {
            readonly metadata: { readonly labels?: object; readonly annotations?: object };
        };
        await custom.deleteNamespacedCustomObject({ ...GATEWAY, namespace });
        await waypointPods(namespace, 0);
        try {
            assert.deepEqual(await wrong(rowsWith("deleted")), []);
        } finally {
            const { labels, annotations } = gateway.metadata;
            const body = {
                ...gateway,
                status: undefined,
                metadata: { name: WAYPOINT, namespace, labels, annotations },
            };
            await custom.createNamespacedCustomObject({ ...GATEWAY, namespace, body });
            await waypointPods(namespace, 1);
        }
    });

    async function scaleWaypoint(namespace: string, replicas: number): Promise<void> {
        await stack.kubectl("-n", namespace, "scale", `deployment/${WAYPOINT}`, `--replicas=${replicas}`);
        await waypointPods(namespace, replicas);
    }

    async function waypointPods(namespace: string, count: number): Promise<void> {
        const labelSelector = `gateway.networking.k8s.io/gateway-name=${WAYPOINT}`;
        await eventually(`${count} pods of the waypoint`, async () => {
            const { items } = await stack.api.core.listNamespacedPod({ namespace, labelSelector });
            return items.length === count && items.every(isReady) ? true : undefined;
        });
    }
});
