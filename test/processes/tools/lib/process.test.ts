import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { capture, inherit } from "../../../../tools/lib/process";

const PROCESS = join(__dirname, "..", "..", "..", "..", "tools", "lib", "process.ts");

/** A zombie, which waits for init to notice its end, is not alive. */
function isAlive(pid: number): boolean {
    const state = spawnSync("ps", ["-o", "stat=", "-p", String(pid)], { encoding: "utf8" }).stdout.trim();
    return state !== "" && !state.startsWith("Z");
}

async function until(condition: () => boolean): Promise<void> {
    const end = Date.now() + 5000;
    while (!condition()) {
        assert.ok(Date.now() < end, "it did not come to pass");
        await sleep(20);
    }
}

describe("running a program", () => {
    let folder: string;
    const pidFile = (): string => join(folder, "pid");
    const pid = (): number => {
        try {
            return Number(readFileSync(pidFile(), "utf8"));
        } catch {
            return 0;
        }
    };

    beforeEach(() => {
        folder = mkdtempSync(join(tmpdir(), "hearth-process-"));
    });

    afterEach(() => rmSync(folder, { recursive: true }));

    /** A shell with a child of its own, whose process id it writes down. */
    const parent = (): readonly string[] => [
        "-c",
        `sh -c 'echo $$ > "$0.new"; mv "$0.new" "$0"; exec sleep 60' "$0"; true`,
        pidFile(),
    ];

    it("gives its status and what it printed", async () => {
        const result = await capture("sh", ["-c", "echo out; echo err >&2; exit 3"]);
        assert.deepEqual(result, { status: 3, stdout: "out\n", stderr: "err\n" });
    });

    it("passes arguments on as they are: there is no shell in between", async () => {
        const { stdout } = await capture("printf", ["%s", "$HOME; `id`"]);
        assert.equal(stdout, "$HOME; `id`");
    });

    it("gives it input, a folder and exactly the variables that it is told", async () => {
        const { stdout } = await capture("sh", ["-c", `cat; pwd; echo "$A$HOME"`], {
            input: "in\n",
            cwd: folder,
            env: { A: "a", PATH: process.env["PATH"], HOME: undefined },
        });
        assert.equal(stdout, `in\n${folder}\na\n`);
    });

    it("hands over lines of standard error as they come", async () => {
        const lines: string[] = [];
        await capture("sh", ["-c", "echo one >&2; echo two >&2"], { onErrorLine: (line) => lines.push(line) });
        assert.deepEqual(lines, ["one", "two"]);
    });

    it("does not fail when the program ends before it has read its input", async () => {
        const { status } = await capture("true", [], { input: "x".repeat(1 << 20) });
        assert.equal(status, 0);
    });

    it("says when there is no such program", async () => {
        await assert.rejects(capture("hearth-no-such-program", []), { code: "ENOENT" });
        await assert.rejects(inherit("hearth-no-such-program", []), { code: "ENOENT" });
    });

    it("tells a program that a signal ended as a shell does", async () => {
        assert.equal((await capture("sh", ["-c", "kill -KILL $$"])).status, 137);
    });

    it("ends it and its children after a timeout", async () => {
        const { status } = await capture("sh", parent(), { timeout: 150 });
        assert.equal(status, 124);
        await until(() => !isAlive(pid()));
    });

    it("ends it and its children when it is no longer wanted", async () => {
        const abort = new AbortController();
        const running = capture("sh", parent(), { signal: abort.signal });
        await until(() => pid() > 0);
        abort.abort();
        assert.equal((await running).status, 143);
        await until(() => !isAlive(pid()));
    });

    for (const signal of ["SIGINT", "SIGTERM"] as const) {
        it(`ends it and its children on ${signal}, and lets the caller clean up`, async () => {
            const script = `
                require("./tools/transpile");
                const { capture } = require(process.argv[1]);
                capture("sh", JSON.parse(process.argv[2])).catch((error) => {
                    console.log("cleaned up after " + error.message);
                    process.exitCode = error.exitStatus;
                });`;
            const child = spawn("node", ["-e", script, PROCESS, JSON.stringify(parent())]);
            let output = "";
            child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
            await until(() => pid() > 0);
            child.kill(signal);
            const status = await new Promise((resolve) => child.once("close", resolve));
            assert.equal(status, signal === "SIGINT" ? 130 : 143);
            assert.equal(output, `cleaned up after interrupted by ${signal}\n`);
            await until(() => !isAlive(pid()));
        });
    }

    it("kills what does not end when it is asked to", async () => {
        const stubborn = ["-c", `trap '' TERM INT; echo $$ > "$0"; while :; do sleep 0.1; done`, pidFile()];
        const abort = new AbortController();
        const running = capture("sh", stubborn, { signal: abort.signal, grace: 100 });
        await until(() => pid() > 0);
        abort.abort();
        assert.equal((await running).status, 137);
    });

    it("leaves no child behind when this process crashes", async () => {
        const script = `
            require("./tools/transpile");
            const { capture } = require(process.argv[1]);
            capture("sh", JSON.parse(process.argv[2]));
            setInterval(() => { if (require("fs").existsSync(process.argv[3])) throw new Error("crash"); }, 20);`;
        const child = spawn("node", ["-e", script, PROCESS, JSON.stringify(parent()), pidFile()], { stdio: "ignore" });
        await new Promise((resolve) => child.once("close", resolve));
        await until(() => pid() > 0 && !isAlive(pid()));
    });
});
