import assert from "node:assert/strict";
import { generateKeyPairSync, type JsonWebKey } from "node:crypto";
import fc from "fast-check";
import { oidcIssuer, parseClusterIssuer } from "../../../components/access/issuer";
import { publicKeys, publicKeysText } from "../../../components/access/jwks";

const RSA = generateKeyPairSync("rsa", { modulusLength: 2048 });
const EC = generateKeyPairSync("ec", { namedCurve: "P-256" });
const ED = generateKeyPairSync("ed25519");

const PAIRS: Readonly<Record<string, { readonly publicJwk: JsonWebKey; readonly privateJwk: JsonWebKey }>> = {
    RSA: { publicJwk: RSA.publicKey.export({ format: "jwk" }), privateJwk: RSA.privateKey.export({ format: "jwk" }) },
    EC: { publicJwk: EC.publicKey.export({ format: "jwk" }), privateJwk: EC.privateKey.export({ format: "jwk" }) },
    OKP: { publicJwk: ED.publicKey.export({ format: "jwk" }), privateJwk: ED.privateKey.export({ format: "jwk" }) },
};

describe("public keys of a key set", () => {
    for (const [type, { publicJwk, privateJwk }] of Object.entries(PAIRS)) {
        it(`are those of type ${type} without any private member`, () => {
            assert.ok(privateJwk.d !== undefined);
            const { keys } = publicKeys({ keys: [{ ...privateJwk, kid: "a", use: "sig", alg: "x" }] });
            assert.deepEqual(keys, [{ ...publicJwk, kid: "a", use: "sig", alg: "x" }]);
        });
    }

    it("have no member that is not known to be public, whatever it is called", () => {
        const known = new Set(["kty", "kid", "use", "alg", "n", "e"]);
        fc.assert(
            fc.property(fc.dictionary(fc.string(), fc.string()), (more) => {
                const { use, ...rest } = more;
                const key = { ...rest, ...PAIRS["RSA"]?.publicJwk, ...(use === "sig" ? { use } : {}) };
                const [found = {}] = publicKeys({ keys: [key] }).keys;
                assert.deepEqual(
                    Object.keys(found).filter((name) => !known.has(name)),
                    [],
                );
            }),
        );
    });

    it("are equal for equal sets, however these are ordered", () => {
        const [a, b] = [PAIRS["RSA"]?.publicJwk, PAIRS["EC"]?.publicJwk];
        const turned = Object.fromEntries(Object.entries(a ?? {}).reverse());
        assert.equal(
            publicKeysText(JSON.stringify({ keys: [a, b] })),
            publicKeysText(JSON.stringify({ keys: [b, turned] })),
        );
    });

    it("leave out secrets of both sides, keys that encrypt, and what is no whole key", () => {
        const { publicJwk } = PAIRS["RSA"] ?? assert.fail();
        const { n, ...incomplete } = publicJwk;
        assert.ok(n !== undefined);
        const others = [{ kty: "oct", k: "c2VjcmV0" }, { ...publicJwk, use: "enc" }, incomplete, null, "x", []];
        assert.deepEqual(publicKeys({ keys: [...others, publicJwk] }).keys, [publicJwk]);
        for (const other of others) assert.throws(() => publicKeys({ keys: [other] }), /has no key/);
    });

    for (const [title, set] of [
        ["no map", null],
        ["a list", []],
        ["without keys", {}],
        ["whose keys are no list", { keys: {} }],
        ["an inherited type of key", { keys: [{ kty: "toString", n: "a", e: "b" }] }],
    ] as const) {
        it(`are refused of what is ${title}`, () => assert.throws(() => publicKeys(set), Error));
    }

    it("are refused without showing anything of the text", () => {
        const secret = `{"keys":[{"kty":"oct","k":"c2VjcmV0LW9mLWJvdGgtc2lkZXM"}]`;
        for (const text of [secret, `${secret}}`]) {
            assert.throws(
                () => publicKeysText(text),
                (error: Error) => !error.message.includes("c2Vj") && !(error.stack ?? "").includes("c2Vj"),
            );
        }
    });
});

describe("an issuer", () => {
    const jwks = { keys: [{ ...PAIRS["RSA"]?.privateJwk, kid: "a" }] };
    const expected = publicKeysText(JSON.stringify(jwks));

    it("is what the cluster printed, without private members", () => {
        const printed = `${JSON.stringify({ issuer: "https://cluster", jwks })}\n`;
        assert.deepEqual(parseClusterIssuer(printed), { issuer: "https://cluster", keys: { jwks: expected } });
        assert.equal(expected.includes(`"d"`), false);
    });

    it("is nobody when the cluster printed nothing, and no half of one", () => {
        assert.equal(parseClusterIssuer("\n"), undefined);
        for (const printed of ["{}", `{"issuer":""}`, `{"issuer":"x","jwks":{"keys":[]}}`, `{"issuer":"x"}`]) {
            assert.throws(() => parseClusterIssuer(printed), Error);
        }
    });

    it("of others is the one of the settings, with keys or with where they are", () => {
        const other = { kind: "oidc", issuer: "https://a", rolesClaim: "roles" } as const;
        assert.deepEqual(oidcIssuer({ ...other, keys: { jwks: JSON.stringify(jwks) } }), {
            issuer: "https://a",
            keys: { jwks: expected },
        });
        const keys = { url: "https://a/keys" };
        assert.deepEqual(oidcIssuer({ ...other, keys }), { issuer: "https://a", keys });
    });
});
