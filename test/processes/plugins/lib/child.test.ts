import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { runChild, type ChildOptions, type Exit } from "../../../../tools/plugins/lib/child";
import { isAlive, until } from "../../../helpers/processes";

interface Run {
    readonly exit: Promise<Exit>;
    readonly out: () => string;
    readonly err: () => string;
    readonly end: () => void;
}

function run(script: string, options: Partial<ChildOptions> = {}): Run {
    const controller = new AbortController();
    let out = "";
    let err = "";
    const exit = runChild("/bin/sh", ["-c", script], {
        cwd: "/",
        env: { PATH: process.env["PATH"], COLOUR: "blue" },
        onStdout: (chunk) => (out += chunk.toString()),
        onStderr: (chunk) => (err += chunk.toString()),
        signal: controller.signal,
        ...options,
    });
    return { exit, out: () => out, err: () => err, end: () => controller.abort() };
}

describe("a plugin's child", () => {
    it("gets a folder, input and exactly the variables that it is told", async () => {
        const child = run('pwd; cat; echo "$COLOUR$HOME"; echo bad >&2; exit 3', { input: "in\n" });
        assert.deepEqual(await child.exit, { status: 3 });
        assert.equal(child.out(), "/\nin\nblue\n");
        assert.equal(child.err(), "bad\n");
    });

    it("finds its input at an end when there is none", async () => {
        assert.deepEqual(await run("cat").exit, { status: 0 });
    });

    it("that does not read its input is no failure", async () => {
        assert.deepEqual(await run("exit 0", { input: "x".repeat(1_000_000) }).exit, { status: 0 });
    });

    it("that cannot be started rejects with the reason", async () => {
        const options = { cwd: "/", env: {}, onStdout: () => undefined, onStderr: () => undefined };
        const { signal } = new AbortController();
        await assert.rejects(runChild("/no/such/program", [], { ...options, signal }), { code: "ENOENT" });
        await assert.rejects(runChild("/bin/sh", [], { ...options, cwd: "/no/such", signal }), { code: "ENOENT" });
    });

    it("is asked to end, and tells by which signal it did", async () => {
        const child = run('trap "echo asked; exit 7" INT; echo ready; while :; do sleep 0.05; done');
        await until(() => child.out() !== "");
        child.end();
        assert.deepEqual(await child.exit, { status: 7 });
        assert.equal(child.out(), "ready\nasked\n");
        const other = run("echo ready; exec sleep 60", { interrupt: "SIGTERM" });
        await until(() => other.out() !== "");
        other.end();
        assert.deepEqual(await other.exit, { status: 143, signal: "SIGTERM" });
    });

    it("is killed when it does not end", async () => {
        const child = run('trap "" INT; echo ready; while :; do sleep 0.05; done', { grace: 100 });
        await until(() => child.out() !== "");
        child.end();
        assert.deepEqual(await child.exit, { status: 137, signal: "SIGKILL" });
    });

    it("takes its whole group with it, when it leads one", async () => {
        const child = run('trap "" INT; sleep 60 & echo $!; wait', { group: true, grace: 100 });
        await until(() => child.out().endsWith("\n"));
        child.end();
        await child.exit;
        await until(() => !isAlive(Number(child.out())));
    });

    it("is not even started after the plugin was told to end", async () => {
        const controller = new AbortController();
        controller.abort();
        const child = run("echo started", { signal: controller.signal });
        assert.deepEqual(await child.exit, { status: 130, signal: "SIGINT" });
        assert.equal(child.out(), "");
    });

    it("counts as ended although something that it left running holds on to its output", async () => {
        const child = run("sleep 60 & echo $!", { linger: 50 });
        assert.deepEqual(await child.exit, { status: 0 });
        assert.ok(isAlive(Number(child.out())));
        process.kill(Number(child.out()));
        const asked = run("sleep 60 & echo $!", { linger: Infinity });
        await until(() => asked.out().endsWith("\n"));
        asked.end();
        await asked.exit;
        process.kill(Number(asked.out()));
    });

    it("leaves no guard behind, and tells its id", async () => {
        let pid = 0;
        await run("true", { onStart: (id) => (pid = id) }).exit;
        assert.ok(pid > 0);
        const guards = (): string => spawnSync("pgrep", ["-f", `guard ${pid}$`], { encoding: "utf8" }).stdout.trim();
        await until(() => guards() === "");
    });
});
