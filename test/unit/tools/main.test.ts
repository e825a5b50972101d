import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { commandNames, dispatch, loadCommand, oldNodeMessage } from "../../../tools/main";

const ROOT = join(__dirname, "..", "..", "..");

interface Outcome {
    readonly status: number | null;
    readonly stdout: string;
    readonly stderr: string;
}

function run(...argv: readonly string[]): Outcome {
    const { status, stdout, stderr } = spawnSync("node", [join(ROOT, "tools", "run.js"), ...argv], {
        encoding: "utf8",
    });
    return { status, stdout, stderr };
}

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

describe("node tools/run.js", () => {
    it("lists its commands when it is told nothing", () => {
        const { status, stdout } = run();
        assert.equal(status, 0);
        for (const name of commandNames()) assert.match(stdout, new RegExp(`^  ${name} `, "m"));
    });

    it("answers --help of a command without running it", () => {
        const { status, stdout } = run("tools", "--help");
        assert.equal(status, 0);
        assert.match(stdout, /^Usage: node tools\/run\.js tools /);
    });

    it("says what exists when a command does not, with status 2", () => {
        const { status, stdout, stderr } = run("tolls");
        assert.equal(status, 2);
        assert.equal(stdout, "");
        assert.match(stderr, /^there is no command "tolls"\n {4}fix: did you mean tools\? known: .*\benv\b/);
    });

    it("takes no path for a command", () => {
        for (const name of ["../run", "../lib/command", "Help"]) assert.equal(run(name).status, 2);
    });

    it("says what exists when an option does not, with status 2 and without a stack trace", () => {
        const { status, stderr } = run("tools", "--refrsh");
        assert.equal(status, 2);
        assert.match(
            stderr,
            /^tools cannot do that \(1 problem\):\n {2}- --refrsh: is not an option\n {4}fix: .*--refresh/,
        );
        assert.doesNotMatch(stderr, /\bat .*\.ts/);
    });

    it("tells a user's mistake as its message only, with status 1", () => {
        const { status, stderr } = run("tools", "--stack", "nope");
        assert.equal(status, 1);
        assert.match(stderr, /^there is no stack "nope"/);
        assert.doesNotMatch(stderr, /\bat .*\.ts/);
    });

    it("owns up to a bug, with its stack and status 70", () => {
        const script = `
            require("./tools/transpile");
            require.cache[require.resolve("./tools/commands/help.ts")] = { exports: {
                command: { summary: "s", usage: "u", run: () => Promise.reject(new TypeError("oops")) } } };
            require("./tools/main").main(["help"]);`;
        const { status, stderr } = spawnSync("node", ["-e", script], { cwd: ROOT, encoding: "utf8" });
        assert.equal(status, 70);
        assert.match(stderr, /^this is a bug in Hearth; .*\nTypeError: oops\n {4}at /);
    });
});
