import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { judged, onlyProblem } from "../../helpers/setting-problems";

const RSA = generateKeyPairSync("rsa", { modulusLength: 1024 });
const CURVE = generateKeyPairSync("ec", { namedCurve: "P-256" });
const PUBLIC = [RSA.publicKey.export({ format: "jwk" }), CURVE.publicKey.export({ format: "jwk" })];
const PRIVATE = [RSA.privateKey.export({ format: "jwk" }), CURVE.privateKey.export({ format: "jwk" })];

const ISSUER = "https://issuer.example";
const keySet = (...keys: readonly unknown[]): string => JSON.stringify({ keys });
const given = (jwks: string): Readonly<Record<string, unknown>> => ({ oidc: { issuer: ISSUER, jwks } });

describe("the rules of another issuer", () => {
    it("accept public keys in place and by address", () => {
        assert.deepEqual(judged(given(keySet(...PUBLIC))), []);
        for (const jwksUrl of [
            "https://issuer.example/keys",
            "http://keycloak.identity.svc/keys",
            "http://keycloak.identity.svc.cluster.local:8080/keys",
        ]) {
            assert.deepEqual(judged({ oidc: { issuer: "not-a-url", jwksUrl } }), []);
        }
    });

    it("refuse an issuer without keys, and with two sources of them", () => {
        assert.match(onlyProblem({ oidc: { issuer: ISSUER } }).what, /an issuer without keys/);
        const both = { issuer: ISSUER, jwks: keySet(...PUBLIC), jwksUrl: "https://issuer.example/keys" };
        assert.match(onlyProblem({ oidc: both }).what, /both jwks and jwksUrl/);
    });

    it("refuse an issuer with spaces in it", () => {
        const { where } = onlyProblem({ oidc: { issuer: "my issuer", jwks: keySet(...PUBLIC) } });
        assert.equal(where, "hearth:oidc.issuer");
    });

    it("refuse what is no key set, or has no key, without quoting it", () => {
        for (const text of [
            "secret-text",
            "[]",
            "{}",
            '{"keys":3}',
            '"secret-text"',
            "null",
            '{"keys":[]',
            "-----BEGIN",
        ]) {
            const { where, what, fix } = onlyProblem(given(text));
            assert.equal(where, "hearth:oidc.jwks");
            assert.match(what, /is not a JSON Web Key Set/, text);
            assert.ok(!`${what}${fix}`.includes("secret-text"));
        }
        assert.match(onlyProblem(given(keySet())).what, /has no key/);
        assert.match(onlyProblem(given(keySet(PUBLIC[0], 3))).what, /key 2 is not a JSON Web Key/);
        assert.match(onlyProblem(given(keySet({ n: "x" }))).what, /key 1 is not a JSON Web Key/);
    });

    it("refuse private keys of every kind, naming their members and none of their values", () => {
        for (const key of PRIVATE) {
            const { what, fix } = onlyProblem(given(keySet(PUBLIC[0], key)));
            assert.match(what, /^key 2 has private members \(d/);
            for (const value of Object.values(key)) {
                assert.ok(String(value).length < 4 || !`${what}${fix}`.includes(String(value)));
            }
        }
        for (const member of ["d", "p", "q", "dp", "dq", "qi", "oth", "k"]) {
            const { what } = onlyProblem(given(keySet({ ...PUBLIC[0], [member]: "secret-text" })));
            assert.ok(what.includes(`(${member})`) && !what.includes("secret-text"), what);
        }
    });

    it("refuse symmetric keys, which make tokens as well as they check them", () => {
        const { what } = onlyProblem(given(keySet({ kty: "oct", k: "secret-text" })));
        assert.match(what, /key 1 is a symmetric one/);
        assert.ok(!what.includes("secret-text"));
    });

    it("refuse addresses of keys that somebody on the way could answer for", () => {
        for (const [jwksUrl, reason] of [
            ["http://issuer.example/keys", /plain http/],
            ["http://issuer.svc.example/keys", /plain http/],
            ["ftp://issuer.example/keys", /not an https address/],
            ["issuer.example", /not an https address/],
        ] as const) {
            assert.match(onlyProblem({ oidc: { issuer: ISSUER, jwksUrl } }).what, reason, jwksUrl);
        }
    });

    it("refuse addresses with credentials, and do not show them", () => {
        for (const jwksUrl of [
            "https://me:secret-text@issuer.example/keys",
            "https://issuer.example/k?token=secret-text",
        ]) {
            const { what, fix } = onlyProblem({ oidc: { issuer: ISSUER, jwksUrl } });
            assert.match(what, /has credentials in it/);
            assert.ok(!`${what}${fix}`.includes("secret-text"));
        }
    });

    it("refuse roles beside an issuer whose tokens tell them", () => {
        const { where, what } = onlyProblem({ ...given(keySet(...PUBLIC)), roles: { admin: ["alice"] } });
        assert.equal(where, "hearth:roles");
        assert.match(what, /tell their roles in the claim roles/);
    });

    it("refuse a claim that policies could not name", () => {
        for (const rolesClaim of ["", "a b", "a][b"]) {
            const oidc = { issuer: ISSUER, jwks: keySet(...PUBLIC), rolesClaim };
            assert.equal(onlyProblem({ oidc }).where, "hearth:oidc.rolesClaim");
        }
        const oidc = { issuer: ISSUER, jwks: keySet(...PUBLIC), rolesClaim: "https://example.com/roles" };
        assert.deepEqual(judged({ oidc }), []);
    });

    it("refuse fields without an issuer, each, and take defaults for nothing", () => {
        const oidc = { jwks: keySet(...PUBLIC), jwksUrl: "https://issuer.example/keys", rolesClaim: "groups" };
        assert.deepEqual(
            judged({ oidc }).map(({ where }) => where),
            ["hearth:oidc.jwks", "hearth:oidc.jwksUrl", "hearth:oidc.rolesClaim"],
        );
        assert.deepEqual(judged({ oidc: { issuer: "", jwks: "", jwksUrl: "", rolesClaim: "roles" } }), []);
    });
});
