import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { accessObjects } from "../../components/access/access-policies";
import { parseClusterIssuer, type TrustedIssuer } from "../../components/access/issuer";
import { waypointOf } from "../../components/mesh/waypoint-manifests";
import { withTransport } from "../../tools/readiness/transport";
import { ask as askApi } from "../../tools/token/ask";
import { clusterKeys } from "../../tools/token/cluster-keys";
import { requestToken } from "../../tools/token/token";
import { accessSettings, CLUSTER_ISSUER, guards, meshWith } from "../helpers/access-mesh";
import { KwokScripts, missingKwokTools } from "../helpers/kwok-scripts";
import { answer } from "../helpers/mesh-semantics";
import { identify, type JwtRule } from "../helpers/mesh-tokens";
import { skipWithout } from "../helpers/skip";

const PROJECT = join(__dirname, "..", "..");
const CLUSTER = "hearth-token";

describe("tokens of a real API server", function () {
    this.timeout(120_000);
    const kwok = new KwokScripts();
    let kubeconfig = "";
    let issuer: TrustedIssuer;

    const apply = (...objects: readonly object[]): void => {
        const { status, stderr } = kwok.kubectl(
            CLUSTER,
            ["apply", "-f", "-"],
            objects.map((one) => stringify(one)).join("---\n"),
        );
        assert.equal(status, 0, stderr);
    };
    const account = (name: string, namespace = "users"): object => ({
        apiVersion: "v1",
        kind: "ServiceAccount",
        metadata: { name, namespace },
        automountServiceAccountToken: false,
    });
    const tokenFor = async (user: string, audience = "platform", seconds = 600): Promise<string> =>
        (await requestToken(kubeconfig, { user, audience, seconds })).token;
    const identified = (token: string): ReturnType<typeof identify> => {
        const [jwt] = accessObjects(accessSettings(), waypointOf("apps"));
        const rules = jwt?.spec(issuer)["jwtRules"] as readonly JwtRule[];
        return identify(rules, { token }, Date.now() / 1000);
    };

    before(async function () {
        skipWithout(this, missingKwokTools());
        const made = await kwok.run("kwok-create.sh", CLUSTER);
        assert.equal(made.status, 0, made.stderr);
        kubeconfig = readFileSync(join(kwok.state, "clusters", CLUSTER, "kubeconfig"), "utf8");
        const quota = { metadata: { name: "no-pods", namespace: "users" }, spec: { hard: { pods: "0" } } };
        apply(
            { apiVersion: "v1", kind: "Namespace", metadata: { name: "users" } },
            { apiVersion: "v1", kind: "ResourceQuota", ...quota },
            account("alice"),
            account("bob"),
            account("mallory", "default"),
        );
        // A quota holds once its controller has counted; the provider waits for that as well (components/access/users.ts).
        const counted = ["wait", "quota/no-pods", "--for=jsonpath={.status.hard.pods}=0", "--timeout=30s"];
        const waited = kwok.kubectl(CLUSTER, ["-n", "users", ...counted]);
        assert.equal(waited.status, 0, waited.stderr);
        const keys = await clusterKeys(kubeconfig);
        const parsed = parseClusterIssuer(JSON.stringify(keys));
        assert.ok(parsed !== undefined);
        issuer = parsed;
    });
    after(() => kwok.remove());

    it("are signed under the name that it tells, by keys of which it tells the public part", async () => {
        assert.equal(issuer.issuer, CLUSTER_ISSUER);
        const { claims = {} } = identified(await tokenFor("alice"));
        assert.equal(claims["iss"], CLUSTER_ISSUER);
        assert.equal(claims["sub"], "system:serviceaccount:users:alice");
        assert.deepEqual(claims["aud"], ["platform"]);
    });

    it("hold as long as asked", async () => {
        for (const seconds of [600, 3600]) {
            const { claims = {} } = identified(await tokenFor("alice", "platform", seconds));
            assert.equal(Number(claims["exp"]) - Number(claims["iat"]), seconds);
        }
    });

    it("open nothing in Kubernetes, which is another audience", async () => {
        const token = await tokenFor("alice");
        const config = parse(kubeconfig) as { readonly users: readonly { readonly name: string }[] };
        const users = config.users.map(({ name }) => ({ name, user: { token } }));
        const asAlice = stringify({ ...config, users });
        const { status } = await withTransport(asAlice, (transport) => askApi(transport, "/api/v1/namespaces"));
        assert.equal(status, 401);
    });

    it("open the applications to whom they are for", async () => {
        const mesh = meshWith(guards(accessSettings(), issuer), { now: Date.now() / 1000 });
        const ask = async (user: string, path: string, audience?: string): Promise<unknown> =>
            answer(mesh, {
                from: { namespace: "edge", account: "traefik" },
                to: { namespace: "apps", port: 8080 },
                by: "service",
                path,
                token: await tokenFor(user, audience),
            });
        assert.deepEqual(
            [
                await ask("alice", "/"),
                await ask("alice", "/admin/x"),
                await ask("bob", "/"),
                await ask("bob", "/admin/x"),
                await ask("bob", "/", "https://kubernetes.default.svc"),
            ],
            [200, 200, 200, 403, 403],
        );
    });

    it("are refused for a user who is not there", async () => {
        await assert.rejects(tokenFor("carol"), /user carol: is among the settings, and not in the cluster/);
        await assert.rejects(tokenFor("mallory"), /not in the cluster/);
    });

    it("are refused for less than ten minutes, in the API server's own words", async () => {
        await assert.rejects(tokenFor("alice", "platform", 60), /gets no token: .*less than 10 minutes/);
    });

    it("cannot be had by a pod, since none may be made where the users are", () => {
        const container = { name: "x", image: "x" };
        const pod = {
            apiVersion: "v1",
            kind: "Pod",
            metadata: { name: "x", namespace: "users" },
            spec: { serviceAccountName: "alice", containers: [container] },
        };
        const { status, stderr } = kwok.kubectl(CLUSTER, ["apply", "-f", "-"], stringify(pod));
        assert.notEqual(status, 0);
        assert.match(stderr, /exceeded quota: no-pods/);
    });

    describe("by make token", () => {
        let folder = "";
        const run = (...args: readonly string[]): { status: number | null; stdout: string; stderr: string } =>
            spawnSync(process.execPath, ["tools/run.js", "token", ...args], {
                cwd: PROJECT,
                encoding: "utf8",
                env: { ...process.env, HEARTH_STATE_DIR: folder },
            });
        after(() => rmSync(folder, { recursive: true, force: true }));

        before(() => {
            folder = mkdtempSync(join(tmpdir(), "hearth-token-"));
            // As if this cluster were the stack's.
            const from = join(kwok.state, "clusters", CLUSTER);
            const to = join(folder, "clusters", "hearth-full");
            assert.ok(existsSync(join(from, "cluster.json")));
            mkdirSync(to, { recursive: true });
            const record = JSON.parse(readFileSync(join(from, "cluster.json"), "utf8")) as object;
            writeFileSync(
                join(to, "cluster.json"),
                JSON.stringify({ ...record, name: "hearth-full", provider: "kind" }),
            );
            writeFileSync(join(to, "kubeconfig"), kubeconfig, { mode: 0o600 });
        });

        it("are all that is on standard output", () => {
            const { status, stdout, stderr } = run("--stack", "full", "--user", "alice", "--ttl", "15m");
            assert.equal(status, 0, stderr);
            assert.match(stdout, /^[\w-]+\.[\w-]+\.[\w-]+\n$/);
            assert.ok(identified(stdout.trim()).claims !== undefined);
            assert.match(stderr, /^token of alice for platform, until \d{4}-\d{2}-\d{2}T/);
            assert.equal(stderr.includes(stdout.trim()), false);
        });

        it("are refused for a user whom the settings do not have, with those whom they have", () => {
            const { status, stdout, stderr } = run("--stack", "full", "--user", "bob");
            assert.deepEqual({ status, stdout }, { status: 2, stdout: "" });
            assert.match(stderr, /"bob" is nobody here; the stack's users are alice/);
        });
    });
});
