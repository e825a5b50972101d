import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, readdirSync, readlinkSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { KwokClusterConfig } from "../../components/config/schema";
import { kwokctlConfig, kwokObjects } from "../../components/cluster/kwok-config";
import type { ScriptResult } from "./fake-kind";

const TOOLS = ["kwokctl", "kwok", "etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubectl"];

/** Tools that the simulated cluster needs and PATH lacks. */
export function missingKwokTools(): readonly string[] {
    const folders = (process.env["PATH"] ?? "").split(delimiter);
    return TOOLS.filter((tool) => !folders.some((folder) => existsSync(join(folder, tool))));
}

/** The simulated cluster's scripts, run for real in a state folder of their own. */
export class KwokScripts {
    public readonly state = realpathSync(mkdtempSync(join(tmpdir(), "hearth-kwok-")));
    private readonly names = new Set<string>();

    public async run(
        script: string,
        name: string,
        changes: Readonly<Record<string, string>> = {},
    ): Promise<ScriptResult> {
        this.names.add(name);
        const config: KwokClusterConfig = { provider: "kwok", name, workers: 0, cni: "kindnetd" };
        const env = {
            ...process.env,
            HEARTH_STATE_DIR: this.state,
            CLUSTER_NAME: name,
            STACK: "engine-test",
            PORTS: "",
            CONFIG_HASH: "hash-1",
            KWOKCTL_CONFIG: kwokctlConfig(),
            ...changes,
        };
        const child = spawn(join("components", "cluster", "scripts", script), { env, stdio: "pipe" });
        let [stdout, stderr] = ["", ""];
        child.stdout.on("data", (data) => (stdout += String(data)));
        child.stderr.on("data", (data) => (stderr += String(data)));
        child.stdin.on("error", () => undefined);
        child.stdin.end(kwokObjects(config));
        const status = await new Promise<number | null>((resolve) => child.once("close", resolve));
        return { status, stdout, stderr };
    }

    /** Waits until a cluster serves all of its kinds. kubectl's own wait fails at one that has no conditions yet. */
    public async kindsEstablished(name: string): Promise<void> {
        const args = ["wait", "--for=condition=Established", "crd", "--all", "--timeout=30s"];
        const end = Date.now() + 60_000;
        while (this.kubectl(name, args).status !== 0) {
            assert.ok(Date.now() < end, "the kinds are not established");
            await sleep(200);
        }
    }

    /** Runs kubectl as the cluster's administrator; a manifest goes to stdin. */
    public kubectl(name: string, args: readonly string[], manifest = ""): ScriptResult {
        const kubeconfig = join(this.state, "clusters", name, "kubeconfig");
        // Mocha cannot end a test that waits here.
        const limits = { timeout: 60_000, killSignal: "SIGKILL" } as const;
        return spawnSync("kubectl", ["--kubeconfig", kubeconfig, ...args], {
            input: manifest,
            encoding: "utf8",
            ...limits,
        });
    }

    /** Ids of the cluster's processes, by the folder that they are started from. */
    public processes(name: string): readonly number[] {
        const { stdout } = spawnSync("ps", ["-axww", "-o", "pid=,args="], { encoding: "utf8" });
        const bin = join(this.state, "clusters", name, "kwok", "clusters", name, "bin");
        return stdout
            .split("\n")
            .map((line) => /^\s*(\d+) (.*)$/.exec(line) ?? [])
            .filter(([, , args]) => args?.startsWith(bin) === true)
            .map(([, pid]) => Number(pid));
    }

    /** Addresses that a process listens on, as /proc writes them (0100007F is 127.0.0.1); Linux only. */
    public addresses(pid: number): readonly string[] {
        const inodes = readdirSync(`/proc/${pid}/fd`).map((fd) => {
            try {
                return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1];
            } catch {
                return undefined;
            }
        });
        return ["tcp", "tcp6"]
            .flatMap((table) => readFileSync(`/proc/net/${table}`, "utf8").split("\n").slice(1))
            .map((row) => row.trim().split(/\s+/))
            .filter((fields) => fields[3] === "0A" && inodes.includes(fields[9]))
            .map((fields) => fields[1]?.split(":")[0] ?? "");
    }

    /** Ends whatever is left and removes the state folder. */
    public async remove(): Promise<void> {
        for (const name of this.names) await this.run("kwok-delete.sh", name);
        rmSync(this.state, { recursive: true, force: true });
    }
}
