import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { parseClusterIssuer } from "../../../components/access/issuer";
import { settingsOf } from "../../../components/config/resolve";
import { clusterKeys } from "../../../tools/token/cluster-keys";
import { keysFingerprint } from "../../../tools/warm/keys";
import { FakeIssuer, TokenSigner } from "../../helpers/fake-issuer";

const ROOT = join(__dirname, "..", "..", "..");
const NAME = "https://kubernetes.default.svc.cluster.local";
const [FIRST, SECOND] = [new TokenSigner("first"), new TokenSigner("second")];

describe("the keys of a cluster", () => {
    let api: FakeIssuer;
    beforeEach(async () => {
        api = await FakeIssuer.start();
        api.is(NAME, [FIRST.jwk]);
    });
    afterEach(() => api.stop());

    it("are read from the API server, with its own name, whatever types it answers in", async () => {
        const { issuer, jwks } = await clusterKeys(api.kubeconfig());
        assert.equal(issuer, NAME);
        assert.deepEqual(
            jwks.keys.map(({ kid }) => kid),
            ["first"],
        );
        assert.deepEqual(api.asked.map(({ method, path }) => `${method} ${path}`).sort(), [
            "GET /.well-known/openid-configuration",
            "GET /openid/v1/jwks",
        ]);
        for (const { accept } of api.asked) assert.equal(accept, "*/*");
    });

    it("never have a private member, should the server tell one", async () => {
        api.is(NAME, [FIRST.privateJwk()]);
        const { jwks } = await clusterKeys(api.kubeconfig());
        assert.deepEqual(Object.keys(jwks.keys[0] ?? {}).sort(), ["alg", "e", "kid", "kty", "n", "use"]);
    });

    for (const [title, path, body, status, told] of [
        ["are refused", "/openid/v1/jwks", { message: "forbidden: no" }, 403, /\/openid\/v1\/jwks: is refused: forbid/],
        ["are no JSON", "/openid/v1/jwks", "<html>", 200, /is no JSON/],
        ["are none", "/openid/v1/jwks", { keys: [] }, 200, /has no key that signatures can be verified with/],
        ["have no owner", "/.well-known/openid-configuration", {}, 200, /openid-configuration: names no issuer/],
    ] as const) {
        it(`are a problem that is told where they ${title}`, async () => {
            api.reply(path, body, status);
            await assert.rejects(clusterKeys(api.kubeconfig()), { name: "UserError", message: told });
        });
    }

    describe("as the command prints them", () => {
        const run = async (
            kubeconfig: string,
            ...args: readonly string[]
        ): Promise<{ readonly status: number; readonly stdout: string; readonly stderr: string }> => {
            const child = spawn(process.execPath, ["tools/run.js", "cluster-keys", ...args], { cwd: ROOT });
            child.stdin.end(kubeconfig);
            const [stdout, stderr, status] = await Promise.all([
                text(child.stdout),
                text(child.stderr),
                new Promise<number>((resolve) => child.once("close", (code) => resolve(code ?? -1))),
            ]);
            return { status, stdout, stderr };
        };

        it("are what the program reads", async () => {
            const { status, stdout } = await run(api.kubeconfig());
            assert.equal(status, 0);
            const issuer = parseClusterIssuer(stdout);
            assert.equal(issuer?.issuer, NAME);
            assert.ok(issuer !== undefined && "jwks" in issuer.keys && issuer.keys.jwks.includes(FIRST.jwk.n ?? "-"));
            assert.equal(stdout.includes("of-an-administrator"), false);
        });

        it("are nothing in a preview of a cluster that does not answer, and an error elsewhere", async () => {
            const kubeconfig = api.kubeconfig();
            await api.stop();
            assert.deepEqual(await run(kubeconfig, "--preview"), { status: 0, stdout: "", stderr: "" });
            const { status, stderr } = await run(kubeconfig);
            assert.equal(status, 1);
            assert.match(stderr, /API server: does not answer: .*ECONNREFUSED/);
        });

        it("are an error in a preview, too, of a cluster that refuses them", async () => {
            api.reply("/openid/v1/jwks", { message: "forbidden" }, 403);
            const { status, stdout, stderr } = await run(api.kubeconfig(), "--preview");
            assert.deepEqual({ status, stdout }, { status: 1, stdout: "" });
            assert.match(stderr, /is refused: forbidden/);
        });
    });

    describe("in what a warm start goes by", () => {
        const MESH = settingsOf({ layers: ["istio"] });
        let folder: string;
        let path: string;
        beforeEach(() => {
            folder = mkdtempSync(join(tmpdir(), "hearth-keys-"));
            path = join(folder, "kubeconfig");
            writeFileSync(path, api.kubeconfig());
        });
        afterEach(() => rmSync(folder, { recursive: true }));

        it("change it when they are rotated, and not with their order", async () => {
            api.is(NAME, [FIRST.jwk, SECOND.jwk]);
            const both = await keysFingerprint(MESH, path);
            api.is(NAME, [SECOND.jwk, FIRST.jwk]);
            assert.deepEqual(await keysFingerprint(MESH, path), both);
            api.is(NAME, [SECOND.jwk]);
            assert.notDeepEqual(await keysFingerprint(MESH, path), both);
            assert.deepEqual(Object.keys(both), ["keys of the cluster"]);
        });

        it("change it with the issuer's name", async () => {
            const before = await keysFingerprint(MESH, path);
            api.is("https://other", [FIRST.jwk]);
            assert.notDeepEqual(await keysFingerprint(MESH, path), before);
        });

        it("are not asked for where no waypoint was told them", async () => {
            const oidc = { ...MESH.oidc, issuer: "https://accounts.example.com" };
            assert.deepEqual(await keysFingerprint({ ...MESH, layers: ["traefik"] }, path), {});
            assert.deepEqual(await keysFingerprint({ ...MESH, oidc }, path), {});
            assert.deepEqual(api.asked, []);
        });

        it("are an error where they are not told", async () => {
            api.reply("/openid/v1/jwks", {}, 500);
            await assert.rejects(keysFingerprint(MESH, path), { name: "UserError" });
        });
    });
});
