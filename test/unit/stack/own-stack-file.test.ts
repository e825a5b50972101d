import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parse } from "yaml";
import {
    ownStackFile,
    statePath,
    stateSalt,
    withoutSalt,
    writeOwnStackFile,
} from "../../../tools/stack/own-stack-file";

const USERS = "# mine\nconfig:\n  hearth:workers: 0\n";
const state = (salt: string): unknown => ({
    version: 3,
    checkpoint: { latest: { secrets_providers: { type: "passphrase", state: { salt } } } },
});

describe("the stack file that make gives Pulumi", () => {
    it("is the user's, with the salt of the state", () => {
        const text = ownStackFile(USERS, "v1:abc");
        assert.deepEqual(parse(text), { config: { "hearth:workers": 0 }, encryptionsalt: "v1:abc" });
        assert.match(text, /^# mine/);
    });

    it("takes the state's salt over one that another checkout left in the file", () => {
        assert.equal(parse(ownStackFile(`encryptionsalt: v1:other\n${USERS}`, "v1:abc")).encryptionsalt, "v1:abc");
    });

    it("keeps the file's salt where only it can read the file's own secrets, or where there is no state", () => {
        const secret = `encryptionsalt: v1:team\nconfig:\n  app:token: { secure: v1:xyz }\n`;
        assert.equal(parse(ownStackFile(secret, "v1:abc")).encryptionsalt, "v1:team");
        assert.equal(parse(ownStackFile(`encryptionsalt: v1:team\n${USERS}`, undefined)).encryptionsalt, "v1:team");
        assert.equal(ownStackFile(USERS, undefined).includes("encryptionsalt"), false);
    });

    it("says the same whether or not plain pulumi has written a salt", () => {
        assert.equal(withoutSalt(`${USERS}encryptionsalt: v1:abc\n`), withoutSalt(USERS));
        assert.notEqual(withoutSalt(USERS), withoutSalt(USERS.replace("0", "1")));
    });
});

describe("the salt of a state", () => {
    it("is found in a state that a passphrase encrypts, and nowhere else", () => {
        assert.equal(stateSalt(state("v1:abc")), "v1:abc");
        for (const other of [undefined, null, {}, { checkpoint: null }, { checkpoint: { latest: {} } }]) {
            assert.equal(stateSalt(other), undefined);
        }
    });
});

describe("writing the copy", () => {
    let project = "";
    beforeEach(() => {
        project = mkdtempSync(join(tmpdir(), "hearth-stack-file-"));
        writeFileSync(join(project, "Pulumi.dev-fast.yaml"), USERS);
    });
    afterEach(() => rmSync(project, { recursive: true, force: true }));

    const saltOf = (path: string): unknown => parse(readFileSync(path, "utf8")).encryptionsalt;

    it("leaves the user's file as it is", () => {
        const path = statePath(project, "dev-fast");
        mkdirSync(dirname(path), { recursive: true });
        writeFileSync(path, JSON.stringify(state("v1:abc")));
        assert.equal(saltOf(writeOwnStackFile(project, "dev-fast")), "v1:abc");
        assert.equal(readFileSync(join(project, "Pulumi.dev-fast.yaml"), "utf8"), USERS);
    });

    it("keeps the salt of a stack that was made and has not run yet", () => {
        const copy = writeOwnStackFile(project, "dev-fast");
        writeFileSync(copy, `${readFileSync(copy, "utf8")}encryptionsalt: v1:fresh\n`);
        const path = statePath(project, "dev-fast");
        mkdirSync(dirname(path), { recursive: true });
        writeFileSync(path, JSON.stringify({ version: 3, checkpoint: { latest: null } }));
        assert.equal(saltOf(writeOwnStackFile(project, "dev-fast")), "v1:fresh");
    });

    it("does not take the salt of a stack that was removed", () => {
        const copy = writeOwnStackFile(project, "dev-fast");
        writeFileSync(copy, `${readFileSync(copy, "utf8")}encryptionsalt: v1:old\n`);
        assert.equal(saltOf(writeOwnStackFile(project, "dev-fast")), undefined);
    });
});
