import { execFile, spawn, type ChildProcess } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";

const run = promisify(execFile);

/** `kubectl port-forward` says this once it listens. */
const FORWARDING = /^Forwarding from 127\.0\.0\.1:(\d+) -> /;

/** A forwarded port, open until it is closed. */
export interface Forward {
    /** Port on 127.0.0.1. */
    readonly port: number;
    close(): void;
}

/** kubectl with a kubeconfig that is nowhere but in a private file, for as long as `use` runs. */
export class Kubectl {
    private constructor(private readonly kubeconfig: string) {}

    public static async with<T>(kubeconfig: string, use: (kubectl: Kubectl) => Promise<T>): Promise<T> {
        // mkdtemp makes the folder with mode 0700.
        const folder = await mkdtemp(join(tmpdir(), "hearth-"));
        try {
            const file = join(folder, "kubeconfig");
            await writeFile(file, kubeconfig, { mode: 0o600 });
            return await use(new Kubectl(file));
        } finally {
            await rm(folder, { recursive: true, force: true });
        }
    }

    /** The answer of a command that prints JSON. */
    public async json<T>(args: readonly string[]): Promise<T> {
        const { stdout } = await run("kubectl", ["--kubeconfig", this.kubeconfig, ...args, "-o", "json"], {
            maxBuffer: 16 * 2 ** 20,
            timeout: 30_000,
        });
        return JSON.parse(stdout) as T;
    }

    /**
     * Forwards a free port of 127.0.0.1 to a port of a pod.
     * @param target `pod/<name>`, or `service/<name>` for one of its pods; a Service's port may be named
     */
    public async forward(namespace: string, target: string, port: number | string): Promise<Forward> {
        const args = ["-n", namespace, "port-forward", "--address", "127.0.0.1", target, `:${port}`];
        const child = spawn("kubectl", ["--kubeconfig", this.kubeconfig, ...args], {
            stdio: ["ignore", "pipe", "pipe"],
        });
        try {
            return { port: await listening(child), close: () => child.kill() };
        } catch (error) {
            child.kill();
            throw error;
        }
    }
}

function listening(child: ChildProcess): Promise<number> {
    return new Promise((resolve, reject) => {
        let complaint = "";
        child.stderr?.on("data", (chunk: Buffer) => (complaint += chunk.toString()));
        child.once("error", reject);
        child.once("exit", () => reject(new Error(`kubectl port-forward ended: ${complaint.trim()}`)));
        if (child.stdout === null) return;
        createInterface({ input: child.stdout }).on("line", (line) => {
            const port = FORWARDING.exec(line)?.[1];
            if (port !== undefined) resolve(Number(port));
        });
    });
}
