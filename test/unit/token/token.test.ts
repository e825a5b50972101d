import assert from "node:assert/strict";
import fc from "fast-check";
import { settingsOf } from "../../../components/config/resolve";
import { tokenRequest } from "../../../tools/token/checks";
import { lifetimeSeconds } from "../../../tools/token/lifetime";
import { requestToken } from "../../../tools/token/token";
import { FakeIssuer } from "../../helpers/fake-issuer";

const MESH = settingsOf({ layers: ["istio"], users: ["alice", "bob"], audiences: ["shop", "platform"] });

describe("what a token is asked for", () => {
    it("is the first audience, for ten minutes", () => {
        const expected = { user: "alice", audience: "shop", seconds: 600 };
        assert.deepEqual(tokenRequest("full", MESH, { user: "alice" }), expected);
    });

    it("may be up to an hour", () => {
        assert.equal(tokenRequest("full", MESH, { user: "bob", ttl: "1h" }).seconds, 3600);
    });

    it("is refused for somebody who is not there, with those who are", () => {
        const told = /"alise" is nobody here; the stack's users are alice, bob\n +fix: did you mean alice/;
        assert.throws(() => tokenRequest("full", MESH, { user: "alise" }), { message: told, exitStatus: 2 });
        assert.throws(() => tokenRequest("full", MESH, {}), /--user: is not given; the stack's users are alice, bob/);
        assert.throws(() => tokenRequest("full", { ...MESH, users: [] }, { user: "x" }), /the stack has no users/);
    });

    it("tells everything that is wrong at once", () => {
        const told = (error: Error): boolean => /2 problems/.test(error.message);
        assert.throws(() => tokenRequest("full", MESH, { user: "x", ttl: "1d" }), told);
    });

    it("is refused where somebody else signs, and where nobody looks at tokens", () => {
        const oidc = { ...MESH.oidc, issuer: "https://accounts.example.com" };
        assert.throws(() => tokenRequest("full", { ...MESH, oidc }, { user: "alice" }), {
            name: "UserError",
            message: /hearth:oidc\.issuer: the applications trust https:\/\/accounts\.example\.com alone/,
        });
        const none = { ...MESH, layers: ["traefik"] };
        assert.throws(() => tokenRequest("dev-fast", none, { user: "alice" }), /stack dev-fast: has no mesh/);
        assert.throws(() => tokenRequest("full", { ...MESH, audiences: [] }, { user: "alice" }), /hearth:audiences/);
    });
});

describe("a token's lifetime", () => {
    for (const [text, seconds] of [
        ["10m", 600],
        ["600s", 600],
        ["45m30s", 2730],
        ["1h", 3600],
    ] as const) {
        it(`may be ${text}`, () => assert.equal(lifetimeSeconds(text), seconds));
    }

    for (const text of ["", "10", "m", "-10m", "10m ", "1d", "10m5", "599s", "1h1s", "9999999h", "0x10m"]) {
        it(`may not be "${text}"`, () => {
            const problem = lifetimeSeconds(text);
            assert.ok(typeof problem === "object" && problem.where === "--ttl");
        });
    }

    it("is between ten minutes and an hour, whatever is written", () => {
        fc.assert(
            fc.property(fc.integer({ min: 0, max: 99 }), fc.integer({ min: 0, max: 9999 }), (minutes, seconds) => {
                const found = lifetimeSeconds(`${minutes}m${seconds}s`);
                const sum = minutes * 60 + seconds;
                assert.equal(typeof found === "number", sum >= 600 && sum <= 3600);
                if (typeof found === "number") assert.equal(found, sum);
            }),
        );
    });
});

describe("asking for a token", () => {
    const PATH = "/api/v1/namespaces/users/serviceaccounts/alice/token";
    const REQUEST = { user: "alice", audience: "platform", seconds: 900 };
    let api: FakeIssuer;
    beforeEach(async () => {
        api = await FakeIssuer.start();
    });
    afterEach(() => api.stop());

    it("posts a TokenRequest for the user's ServiceAccount, and gives back token and end", async () => {
        api.reply(PATH, { status: { token: "a.b.c", expirationTimestamp: "2026-01-01T00:15:00Z" } }, 201);
        const expected = { token: "a.b.c", expires: "2026-01-01T00:15:00Z" };
        assert.deepEqual(await requestToken(api.kubeconfig(), REQUEST), expected);
        const [asked] = api.asked;
        assert.equal(asked?.method, "POST");
        assert.equal(asked?.contentType, "application/json");
        assert.deepEqual(JSON.parse(asked?.body ?? ""), {
            apiVersion: "authentication.k8s.io/v1",
            kind: "TokenRequest",
            spec: { audiences: ["platform"], expirationSeconds: 900 },
        });
    });

    it("says of a user who is not in the cluster yet what brings him there", async () => {
        await assert.rejects(requestToken(api.kubeconfig(), REQUEST), /user alice: is among the settings.*\n.*make up/);
    });

    it("repeats why it is refused", async () => {
        api.reply(PATH, { message: "may not\nbe" }, 422);
        await assert.rejects(requestToken(api.kubeconfig(), REQUEST), /gets no token: may not be/);
    });

    it("shows nothing of an answer that it does not understand", async () => {
        for (const body of [`{"status":{"token":"a.b.c"}}`, `"a.b.c"`, "a.b.c"]) {
            api.reply(PATH, body, 201);
            await assert.rejects(requestToken(api.kubeconfig(), REQUEST), ({ name, message }: Error) => {
                assert.equal(name, "UserError");
                return !message.includes("a.b.c");
            });
        }
    });

    it("tells that nobody answers", async () => {
        const kubeconfig = api.kubeconfig();
        await api.stop();
        await assert.rejects(requestToken(kubeconfig, REQUEST), /does not answer: .*ECONNREFUSED/);
    });
});
