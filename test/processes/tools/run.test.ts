import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { commandNames } from "../../../tools/main";

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
