import assert from "node:assert/strict";
import { createHash, createHmac } from "node:crypto";
import fc from "fast-check";
import { compareSync } from "bcryptjs";
import { bcryptHash } from "../../../components/secrets/bcrypt";
import { bcryptSalt, keyedChecksum, sessionKey, verifierLines } from "../../../components/secrets/derive";
import { scramVerifier } from "../../../components/secrets/scram";

const KEY = "0f".repeat(32);

describe("scramVerifier", () => {
    it("agrees with the exchange that RFC 7677 gives as its example", () => {
        const salt = Buffer.from("W22ZaJ0SNY7soEsUEjb6gQ==", "base64");
        const [, storedKey = "", serverKey = ""] =
            /^SCRAM-SHA-256\$4096:W22ZaJ0SNY7soEsUEjb6gQ==\$(.+):(.+)$/.exec(scramVerifier("pencil", salt)) ?? [];
        const nonce = "rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
        const message = `n=user,r=rOprNGfwEbeRWgbNEkqO,r=${nonce},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,c=biws,r=${nonce}`;
        const sign = (key: string): Buffer => createHmac("sha256", Buffer.from(key, "base64")).update(message).digest();
        assert.equal(sign(serverKey).toString("base64"), "6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=");
        // The client's proof, undone with the server's knowledge, hashes to the stored key.
        const proof = Buffer.from("dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=", "base64");
        const signature = sign(storedKey);
        const clientKey = proof.map((byte, index) => byte ^ (signature[index] ?? 0));
        assert.equal(createHash("sha256").update(clientKey).digest("base64"), storedKey);
    });
});

describe("verifierLines", () => {
    it("writes one line per role, sorted, without any password", () => {
        const lines = verifierLines(KEY, { postgres: "super-password", app: "owner-password" });
        assert.match(lines, /^app\tSCRAM-SHA-256\$4096:[^\t\n]+\npostgres\tSCRAM-SHA-256\$4096:[^\t\n]+\n$/);
        assert.doesNotMatch(lines, /password/);
    });

    it("is the same for the same passwords, so that nothing changes when nothing changed", () => {
        assert.equal(verifierLines(KEY, { a: "x", b: "y" }), verifierLines(KEY, { b: "y", a: "x" }));
    });

    it("does not tell that two roles share a password", () => {
        const [a, b] = verifierLines(KEY, { a: "same", b: "same" }).split("\n");
        assert.notEqual(a?.split("\t")[1], b?.split("\t")[1]);
    });
});

describe("bcryptHash", () => {
    const salt = bcryptSalt(KEY, "argocd/admin");

    it("is a hash of the password, of cost 10, in the form that Go reads", async () => {
        const hash = await bcryptHash("correct-horse", salt);
        assert.match(hash, /^\$2a\$10\$[./A-Za-z0-9]{53}$/);
        assert.ok(compareSync("correct-horse", hash));
        assert.ok(!compareSync("correct-hors", hash));
    });

    it("tells every two passwords apart, to their last byte", async () => {
        const long = "x".repeat(71);
        assert.ok(!compareSync(`${long}z`, await bcryptHash(`${long}y`, salt)));
    });

    it("is the same for the same password, so that nothing changes when nothing changed", async () => {
        assert.equal(await bcryptHash("correct-horse", salt), await bcryptHash("correct-horse", salt));
        assert.deepEqual(salt, bcryptSalt(KEY, "argocd/admin"));
    });

    it("does not tell that two accounts, or two stacks, share a password", async () => {
        const mine = await bcryptHash("same", salt);
        assert.notEqual(mine, await bcryptHash("same", bcryptSalt(KEY, "argocd/other")));
        assert.notEqual(mine, await bcryptHash("same", bcryptSalt("f0".repeat(32), "argocd/admin")));
    });
});

describe("sessionKey", () => {
    it("changes with the password, so that a new one ends sessions, and not otherwise", () => {
        assert.match(sessionKey(KEY, "$2a$10$a"), /^[0-9a-f]{64}$/);
        assert.equal(sessionKey(KEY, "$2a$10$a"), sessionKey(KEY, "$2a$10$a"));
        assert.notEqual(sessionKey(KEY, "$2a$10$a"), sessionKey(KEY, "$2a$10$b"));
        assert.notEqual(sessionKey(KEY, "$2a$10$a"), sessionKey("f0".repeat(32), "$2a$10$a"));
    });
});

describe("keyedChecksum", () => {
    const data = fc.dictionary(fc.string(), fc.string());

    it("depends on content and key, not on the order of keys", () => {
        fc.assert(
            fc.property(data, data, (a, b) => {
                const equal = keyedChecksum(KEY, a) === keyedChecksum(KEY, b);
                const same = JSON.stringify(Object.entries(a).sort()) === JSON.stringify(Object.entries(b).sort());
                assert.equal(equal, same);
            }),
        );
        assert.equal(keyedChecksum(KEY, { a: "1", b: "2" }), keyedChecksum(KEY, { b: "2", a: "1" }));
        assert.notEqual(keyedChecksum(KEY, { a: "1" }), keyedChecksum("f0".repeat(32), { a: "1" }));
    });
});
