import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { hasEnded } from "./processes";

/** How long a program may take to end when it is asked to, in milliseconds; after that it is killed. */
const GRACE = 10_000;

/** A program that runs while tests do. */
export class LoopbackProcess {
    /** Everything that it has said, on both streams. */
    public log = "";

    public constructor(
        public readonly name: string,
        private readonly child: ChildProcess,
    ) {
        for (const stream of [child.stdout, child.stderr]) {
            stream?.setEncoding("utf8").on("data", (text: string) => (this.log += text));
        }
        child.once("error", (error) => (this.log += `${String(error)}\n`));
    }

    public get pid(): number | undefined {
        return this.child.pid;
    }

    public get ended(): boolean {
        return this.child.pid === undefined || hasEnded(this.child);
    }

    /** Ends it, gently at first. */
    public async stop(): Promise<void> {
        if (this.ended) return;
        const gone = once(this.child, "exit");
        this.signal("SIGTERM");
        const timer = setTimeout(() => this.signal("SIGKILL"), GRACE);
        await gone;
        clearTimeout(timer);
    }

    /** Ends it at once. */
    public kill(): void {
        if (!this.ended) this.signal("SIGKILL");
    }

    /** To it and to all that it has started. */
    private signal(signal: NodeJS.Signals): void {
        const { pid } = this.child;
        if (pid !== undefined) process.kill(-pid, signal);
    }

    /**
     * Waits until the condition holds.
     * @throws AssertionError when it does not within the patience, or the program has ended
     */
    public async until(what: string, condition: () => boolean | Promise<boolean>, patience = 60_000): Promise<void> {
        const deadline = Date.now() + patience;
        while (!(await condition())) {
            if (this.ended) {
                // What it said last may be on its way.
                await sleep(100);
                assert.fail(`${this.name} has ended:\n${this.log.slice(-4000)}`);
            }
            assert.ok(Date.now() < deadline, `${what}: not within ${patience / 1000} s\n${this.log.slice(-4000)}`);
            await sleep(100);
        }
    }
}

/**
 * Programs on loopback with a folder of their own. Whatever happens to the tests, no process outlives the one that runs
 * them.
 */
export class Loopback {
    public readonly folder = mkdtempSync(join(tmpdir(), "hearth-loopback-"));
    private readonly processes: LoopbackProcess[] = [];
    private readonly killAll = (): void => {
        for (const process of this.processes) process.kill();
    };

    public constructor() {
        process.once("exit", this.killAll);
    }

    /** Starts a program, with these variables and no others but PATH. */
    public start(
        program: string,
        args: readonly string[],
        env: Readonly<Record<string, string>> = {},
    ): LoopbackProcess {
        const variables = { PATH: process.env["PATH"], HOME: this.path("home"), ...env };
        mkdirSync(this.path("home"), { recursive: true });
        const child = spawn(program, args, {
            cwd: this.folder,
            env: variables,
            // A group of its own, which can be ended as a whole.
            detached: true,
            stdio: ["ignore", "pipe", "pipe"],
        });
        const name = program.split("/").at(-1) ?? program;
        const started = new LoopbackProcess(name, child);
        this.processes.push(started);
        return started;
    }

    /** A path in the folder. */
    public path(...parts: readonly string[]): string {
        return join(this.folder, ...parts);
    }

    /** Ends everything and removes the folder. */
    public async dispose(): Promise<void> {
        await Promise.all(this.processes.map((one) => one.stop()));
        process.off("exit", this.killAll);
        rmSync(this.folder, { recursive: true, force: true });
    }
}

/** Ports of loopback that nobody listens on; taken all at once, so that they differ. */
export async function freePorts(count: number): Promise<readonly number[]> {
    const servers = await Promise.all(
        Array.from({ length: count }, async () => {
            const server = createServer().listen(0, "127.0.0.1");
            await once(server, "listening");
            return server;
        }),
    );
    const ports = servers.map((server) => (server.address() as AddressInfo).port);
    await Promise.all(servers.map((server) => new Promise((done) => server.close(done))));
    return ports;
}

/** Status of an answer; 0 where there is none. */
export async function statusOf(url: string, options: RequestInit = {}): Promise<number> {
    try {
        return (await fetch(url, { signal: AbortSignal.timeout(5000), ...options })).status;
    } catch {
        return 0;
    }
}
