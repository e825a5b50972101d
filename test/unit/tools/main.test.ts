import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { commandNames, dispatch, loadCommand, oldNodeMessage } from "../../../tools/main";

const ROOT = join(__dirname, "..", "..", "..");

describe("the router of commands", () => {
    let folder: string;
    before(() => {
        folder = mkdtempSync(join(tmpdir(), "hearth-commands-"));
        const command = (name: string, body: string): void =>
            writeFileSync(
                join(folder, `${name}.ts`),
                `export const command = { summary: "${name}", usage: "usage of ${name}", run: async () => { ${body} } };`,
            );
        command("good", "return 0;");
        command("bad", "return 3;");
        writeFileSync(join(folder, "exploding.ts"), `throw new Error("loaded although nobody asked for it");`);
    });
    after(() => rmSync(folder, { recursive: true }));

    it("finds a command by its file and gives back its status", async () => {
        assert.equal(await dispatch(["good"], folder), 0);
        assert.equal(await dispatch(["bad", "--stack", "full"], folder), 3);
    });

    it("loads the one command and no other", async () => {
        await assert.rejects(dispatch(["exploding"], folder), /loaded although/);
        assert.equal(await dispatch(["good"], folder), 0);
    });

    it("lists commands by their files", () => {
        assert.deepEqual(commandNames(folder), ["bad", "exploding", "good"]);
    });

    it("refuses a Node that is too old, with the fix", () => {
        assert.equal(oldNodeMessage("20.11.0"), undefined);
        assert.equal(oldNodeMessage("22.1.0"), undefined);
        assert.match(oldNodeMessage("20.10.0") ?? "", /needs Node 20\.11 or newer, and this is 20\.10\.0\n {4}fix: /);
        assert.match(oldNodeMessage("18.20.4") ?? "", /needs Node 20\.11/);
    });

    it("asks for the same Node as package.json", () => {
        const { engines } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
            engines: { node: string };
        };
        const [, oldest = ""] = />=(\d+\.\d+)/.exec(engines.node) ?? [];
        assert.equal(oldNodeMessage(`${oldest}.0`), undefined);
        assert.match(oldNodeMessage("19.0.0") ?? "", new RegExp(`needs Node ${oldest} `));
    });
});

describe("the commands that there are", () => {
    for (const name of commandNames()) {
        it(`${name} has a line for the list and a help that says how to call it`, async () => {
            const { summary, usage } = await loadCommand(name);
            assert.match(summary, /^[^A-Z\n].*[^.]$/);
            assert.ok(usage.includes(`node tools/run.js ${name}`), usage);
        });
    }

    it("are files of TypeScript, named like the command", () => {
        const files = readdirSync(join(ROOT, "tools", "commands"));
        assert.deepEqual(
            files.filter((file) => !/^[a-z][a-z0-9-]*\.ts$/.test(file)),
            [],
        );
    });
});
