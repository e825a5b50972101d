import assert from "node:assert/strict";
import { spawn, type ChildProcess, type ChildProcessByStdio } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { waitingLine, withLock } from "../../../../tools/lib/lock";

const LOCK = join(__dirname, "..", "..", "..", "..", "tools", "lib", "lock.ts");

/** Holds the lock for some time and until its standard input ends, writing down when it has it and gives it back. */
const HOLD = `
    require("./tools/transpile");
    const { appendFileSync } = require("fs");
    const { withLock } = require(process.argv[1]);
    const [, , path, log, name, milliseconds] = process.argv;
    withLock(path, { what: "testing " + name, report: (line) => console.log(line), poll: 20, stale: 2000 }, async () => {
        appendFileSync(log, name + " begins\\n");
        await new Promise((resolve) => setTimeout(resolve, Number(milliseconds)));
        for await (const _ of process.stdin);
        appendFileSync(log, name + " ends\\n");
    });`;

describe("the lock between processes", () => {
    let folder: string;
    let path: string;
    let log: string;
    const logged = (): string => (existsSync(log) ? readFileSync(log, "utf8") : "");

    beforeEach(() => {
        folder = mkdtempSync(join(tmpdir(), "hearth-lock-"));
        path = join(folder, "sub", "install");
        log = join(folder, "log");
    });

    afterEach(() => rmSync(folder, { recursive: true }));

    function hold(
        name: string,
        milliseconds: number,
    ): ChildProcessByStdio<Writable, Readable, null> & { said: string } {
        const args = ["-e", HOLD, LOCK, path, log, name, String(milliseconds)];
        const child = Object.assign(spawn("node", args, { stdio: ["pipe", "pipe", "inherit"] }), { said: "" });
        child.stdout.on("data", (chunk: Buffer) => (child.said += chunk.toString()));
        return child;
    }

    const ended = (child: ChildProcess): Promise<unknown> => new Promise((resolve) => child.once("close", resolve));

    async function until(condition: () => boolean): Promise<void> {
        const end = Date.now() + 8000;
        while (!condition()) {
            assert.ok(Date.now() < end, `it did not come to pass; log: ${logged()}`);
            await sleep(10);
        }
    }

    it("lets one work at a time", async () => {
        const children = ["a", "b", "c"].map((name) => hold(name, 60));
        for (const child of children) child.stdin.end();
        await Promise.all(children.map(ended));
        const lines = logged().trim().split("\n");
        assert.equal(lines.length, 6);
        for (let index = 0; index < lines.length; index += 2) {
            assert.equal(lines[index + 1], lines[index]?.replace("begins", "ends"));
        }
    });

    it("tells the one that waits who holds it", async () => {
        const first = hold("first", 0);
        await until(() => logged().includes("first begins"));
        const second = hold("second", 0);
        second.stdin.end();
        await until(() => second.said !== "");
        first.stdin.end();
        await Promise.all([ended(first), ended(second)]);
        assert.match(
            second.said,
            new RegExp(`^waiting for process ${first.pid} on \\S+, testing first since 20\\S+Z\n`),
        );
        assert.equal(first.said, "");
    });

    it("is free again after its holder was killed", async () => {
        const killed = hold("killed", 60_000);
        await until(() => logged().includes("killed begins"));
        killed.kill("SIGKILL");
        await ended(killed);
        const next = hold("next", 0);
        next.stdin.end();
        await ended(next);
        assert.equal(logged(), "killed begins\nnext begins\nnext ends\n");
    });

    it("is given back when the work fails, and the failure passed on", async () => {
        const options = { what: "testing", report: assert.fail };
        await assert.rejects(
            withLock(path, options, () => Promise.reject(new Error("broken"))),
            /^Error: broken$/,
        );
        assert.equal(await withLock(path, options, () => Promise.resolve(5)), 5);
        assert.ok(!existsSync(`${path}.lock`));
        assert.ok(!existsSync(`${path}.holder`));
    });

    it("does not mind an unreadable note of its holder", async () => {
        await withLock(path, { what: "testing", report: assert.fail }, () => Promise.resolve());
        writeFileSync(`${path}.holder`, "{");
        const lines: string[] = [];
        const inner = withLock(path, { what: "outer", report: assert.fail }, async () => {
            writeFileSync(`${path}.holder`, "{");
            const waiting = withLock(
                path,
                { what: "inner", report: (line) => lines.push(line), poll: 10 },
                async () => {
                    await sleep(0);
                    return "inner";
                },
            );
            await sleep(50);
            return { waiting };
        });
        assert.equal(await (await inner).waiting, "inner");
        assert.deepEqual(lines, [waitingLine(undefined)]);
    });
});
