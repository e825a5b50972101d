import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { spawn } from "node:child_process";
import { readdirSync, readFileSync, readlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { CustomObject } from "../../components/core/custom-object";
import { clusterKeys } from "../../tools/token/cluster-keys";
import { EngineStack, missingEngineTools, type RunResult, succeed } from "../helpers/engine-stack";
import { changesOf, planOf, summaryOf } from "../helpers/engine-state";
import { killAll } from "../helpers/engine-processes";
import { answer, type MeshRequest } from "../helpers/mesh-semantics";
import { until } from "../helpers/processes";
import { skipWithout } from "../helpers/skip";

const SETTINGS = {
    "hearth:cni": "cilium",
    "hearth:layers": ["traefik", "istio"],
    "hearth:users": ["alice", "bob"],
    "hearth:roles": { admin: ["alice"] },
    "hearth:rolePaths": { "/admin/*": "admin" },
};

const KINDS = "peerauthentications,authorizationpolicies,requestauthentications,gateways.gateway.networking.k8s.io";

describe("a stack with the mesh", function () {
    this.timeout(240_000);
    let stack: EngineStack;

    const up = async (...args: readonly string[]): Promise<RunResult> => succeed(await stack.run("up", ...args));
    const token = async (user: string): Promise<string> => {
        const { stdout } = succeed(await stack.run("token", "--user", user));
        assert.match(stdout, /^[\w-]+\.[\w-]+\.[\w-]+\n$/);
        return stdout.trim();
    };
    /** What the mesh would answer, by the objects and labels that are in the cluster now. */
    const ask = (request: Partial<MeshRequest>): unknown => {
        const items = (args: readonly string[]): readonly (CustomObject & { metadata: { name: string } })[] =>
            JSON.parse(stack.kubectl("get", ...args, "-o", "json")).items;
        const namespaces = items(["namespaces"]).map(({ metadata }) => [metadata.name, metadata.labels ?? {}]);
        const mesh = {
            objects: items([KINDS, "--all-namespaces"]),
            namespaces: Object.fromEntries(namespaces),
            pathNormalization: "DECODE_AND_MERGE_SLASHES",
            now: Date.now() / 1000,
        } as const;
        const whole = {
            from: { namespace: "edge", account: "traefik" },
            to: { namespace: "apps", port: 8080 },
            by: "service",
            path: "/",
        } as const;
        return answer(mesh, { ...whole, ...request });
    };
    const answers = (): boolean => {
        try {
            return stack.kubectl("get", "--raw", "/readyz") === "ok";
        } catch {
            return false;
        }
    };
    /** Ends the API server's process. @returns what starts it again, with more arguments */
    const endApiServer = async (): Promise<(...more: readonly string[]) => Promise<void>> => {
        const found = stack.clusterProcesses().find(({ args }) => /^\S+\/kube-apiserver /.test(args));
        assert.ok(found !== undefined);
        const { pid } = found;
        const [program = "", ...args] = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").slice(0, -1);
        const cwd = readlinkSync(`/proc/${pid}/cwd`);
        killAll([found]);
        // Its port has to be free again.
        await until(() => !stack.clusterProcesses().some((one) => one.pid === pid), 10_000);
        return async (...more) => {
            const child = spawn(program, [...args, ...more], {
                cwd,
                detached: true,
                stdio: "ignore",
                env: stack.variables,
            });
            child.unref();
            // Where kwokctl, and the probe, look for it.
            const folder = join(stack.clusterDir, "kwok", "clusters", stack.clusterName, "pids");
            const file = readdirSync(folder).find((name) => name.startsWith("kube-apiserver"));
            assert.ok(file !== undefined && child.pid !== undefined);
            writeFileSync(join(folder, file), String(child.pid));
            await until(answers, 60_000);
        };
    };
    before(async function () {
        skipWithout(this, missingEngineTools());
        stack = new EngineStack(SETTINGS);
        await up();
    });
    after(() => stack?.remove());

    it("is left alone by a second run, which the warm start spares it", async () => {
        assert.deepEqual(await stack.warmVerdict(), { warm: true });
        assert.deepEqual(Object.keys(summaryOf(await up("--force"))), ["unchanged"]);
    });

    it("answers its users' tokens as the table of requests says, by what is in the cluster", async () => {
        const [alice, bob] = [await token("alice"), await token("bob")];
        assert.deepEqual(
            [
                ask({}),
                ask({ token: alice }),
                ask({ token: bob }),
                ask({ token: `${bob.slice(0, -8)}AAAAAAAA` }),
                ask({ token: bob, path: "/admin/x" }),
                ask({ token: alice, path: "/admin/x" }),
                ask({ path: "/healthz" }),
                ask({ token: alice, by: "address" }),
                ask({ token: alice, from: { namespace: "default", account: "default" } }),
            ],
            [403, 200, 200, 401, 403, 200, 200, "refused", "refused"],
        );
    });

    it("lets no pod be where its users are", () => {
        assert.throws(
            () => stack.kubectl("-n", "users", "run", "x", "--image=x", "--overrides={}"),
            /exceeded quota|violates PodSecurity/,
        );
        const hard = stack.kubectl(
            "-n",
            "users",
            "get",
            "resourcequota",
            "no-pods",
            "-o",
            "jsonpath={.status.hard.pods}",
        );
        assert.equal(hard, "0");
    });

    it("previews while its cluster is stopped and tells no keys", async () => {
        const start = await endApiServer();
        try {
            const { output } = succeed(await stack.run("preview"));
            assert.match(output, /up would say: cluster \S+ is stopped/);
        } finally {
            await start();
        }
    });

    it("is told new keys of its cluster by the next run, which the warm start does not spare it", async () => {
        const before = await token("bob");
        const { publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
        const file = join(stack.root, "next-key.pub");
        writeFileSync(file, publicKey.export({ type: "spki", format: "pem" }));
        const start = await endApiServer();
        await start(`--service-account-key-file=${file}`);

        const kubeconfig = readFileSync(join(stack.clusterDir, "kubeconfig"), "utf8");
        assert.equal((await clusterKeys(kubeconfig)).jwks.keys.length, 2);
        assert.deepEqual(await stack.warmVerdict(), { warm: false, because: "keys of the cluster changed" });
        assert.deepEqual(planOf(succeed(await stack.run("preview", "--json"))), { "access-apps-jwt": "update" });
        assert.deepEqual(changesOf(await up()), { "access-apps-jwt": "updated" });
        assert.deepEqual(await stack.warmVerdict(), { warm: true });
        // Tokens by the old key hold for as long as the API server tells it.
        assert.equal(ask({ token: before }), 200);
    });
});
