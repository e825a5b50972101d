import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import {
    copyFileSync,
    existsSync,
    mkdirSync,
    mkdtempSync,
    readFileSync,
    realpathSync,
    rmSync,
    statSync,
    symlinkSync,
    utimesSync,
    writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { stringify } from "yaml";
import { backendDir, cacheDir } from "../../tools/lib/paths";
import { ensureTools, neededTools } from "../../tools/install/ensure";
import { statePath } from "../../tools/stack/own-stack-file";
import { readPlan } from "../../tools/stack/plan";
import type { WarmVerdict } from "../../tools/warm/fingerprint";
import { packagesFingerprint, warmVerdict } from "../../tools/warm/warm";
import { killAll, processesOf, treeOf, type Process } from "./engine-processes";
import { missingKwokTools } from "./kwok-scripts";
import { until } from "./processes";

const ROOT = join(__dirname, "..", "..");

export const STACK = "dev-fast";

/** Settings of every stack of these tests, whatever this machine has. */
const SETTINGS = { "hearth:cluster": "kwok", "hearth:charts": "stand-in" };

/** Programs that these tests need and PATH lacks. */
export function missingEngineTools(): readonly string[] {
    const folders = (process.env["PATH"] ?? "").split(delimiter);
    const others = ["pulumi", "sops"].filter((tool) => !folders.some((folder) => existsSync(join(folder, tool))));
    return [...others, ...missingKwokTools()];
}

/** How a command ended. */
export interface RunResult {
    readonly status: number | null;
    readonly stdout: string;
    /** Both streams, as they came. */
    readonly output: string;
}

/** The same, of a command that has to succeed. @throws AssertionError with what it said */
export function succeed(result: RunResult): RunResult {
    assert.equal(result.status, 0, result.output);
    return result;
}

/** A command that is under way. */
export interface Running {
    readonly pid: number;
    readonly ended: Promise<RunResult>;
    /** Both streams so far. */
    output(): string;
}

type Settings = Readonly<Record<string, unknown>>;
type Variables = Readonly<Record<string, string>>;

/**
 * A checkout of its own with a stack on the simulated cluster: the files of this checkout as they are now, state, home
 * and temporary files in a folder that `remove` takes away; tools and npm packages are shared. Commands are run as
 * `make` runs them.
 */
export class EngineStack {
    public readonly root = realpathSync(mkdtempSync(join(tmpdir(), "hearth-stack-")));
    public readonly project = join(this.root, "project");
    /** Folder of the age key and the clusters. */
    public readonly state = join(this.root, "state");
    public readonly clusterName = `hearth-${STACK}`;
    public readonly clusterDir = join(this.state, "clusters", this.clusterName);
    public readonly statePath = statePath(this.project, STACK);
    /** Folder of Pulumi's state. */
    public readonly backend = backendDir(this.project);
    public readonly variables: Variables;

    public constructor(private base: Settings = {}) {
        for (const folder of ["home", "tmp"]) mkdirSync(join(this.root, folder));
        const { PATH = "" } = process.env;
        this.variables = {
            PATH,
            HOME: join(this.root, "home"),
            TMPDIR: join(this.root, "tmp"),
            HEARTH_STATE_DIR: this.state,
            HEARTH_CACHE_DIR: cacheDir(),
            HEARTH_OFFLINE: "1",
        };
        copyCheckout(this.project);
        this.configure({});
    }

    /** Writes the stack file: what all stacks of these tests have, what this one has, and changes to that. */
    public configure(changes: Settings): void {
        const config = { ...SETTINGS, ...this.base, ...changes };
        this.write(`Pulumi.${STACK}.yaml`, stringify({ config }));
    }

    /** Runs a command of Hearth. */
    public run(command: string, ...args: readonly string[]): Promise<RunResult> {
        return this.start(command, ...args).ended;
    }

    /** Starts a command of Hearth. */
    public start(command: string, ...args: readonly string[]): Running {
        return this.spawn(process.execPath, ["tools/run.js", command, ...args]);
    }

    /** Runs a command of Hearth that reads from its standard input, or with other variables. */
    public runWith(
        { input = "", variables = {} }: { readonly input?: string; readonly variables?: Variables },
        command: string,
        ...args: readonly string[]
    ): Promise<RunResult> {
        return this.spawn(process.execPath, ["tools/run.js", command, ...args], variables, input).ended;
    }

    /** Runs plain Pulumi as the README tells its users to. */
    public pulumi(...args: readonly string[]): Promise<RunResult> {
        const script = 'variables="$(node tools/run.js env)" && eval "$variables" && exec pulumi "$@"';
        return this.spawn("bash", ["-c", script, "bash", ...args]).ended;
    }

    /** Runs kubectl as the cluster's administrator. @throws Error with what it says */
    public kubectl(...args: readonly string[]): string {
        const kubeconfig = join(this.clusterDir, "kubeconfig");
        const { status, stdout, stderr } = spawnSync("kubectl", ["--kubeconfig", kubeconfig, ...args], {
            env: this.variables,
            encoding: "utf8",
            maxBuffer: 64 * 2 ** 20,
            // Mocha cannot end a test that waits here.
            timeout: 60_000,
            killSignal: "SIGKILL",
        });
        if (status !== 0) throw new Error(`kubectl ${args.join(" ")}: ${stderr}`);
        return stdout.trim();
    }

    public path(file: string): string {
        return join(this.project, file);
    }

    public read(file: string): string {
        return readFileSync(this.path(file), "utf8");
    }

    public write(file: string, text: string): void {
        mkdirSync(dirname(this.path(file)), { recursive: true });
        writeFileSync(this.path(file), text);
    }

    /** Changes a file for as long as an action runs. */
    public async edited<T>(file: string, change: (text: string) => string, action: () => Promise<T>): Promise<T> {
        const before = this.read(file);
        this.write(file, change(before));
        try {
            return await action();
        } finally {
            this.write(file, before);
        }
    }

    /** Whether an `up` would have to start the engine, by the judgement that it would make. */
    public async warmVerdict(): Promise<WarmVerdict> {
        const own = process.env;
        // What steers a run is among what the judgement goes by.
        process.env = { ...this.variables };
        try {
            const tools = await ensureTools(neededTools({ cluster: "kwok" }), {
                project: this.project,
                stream: { write: () => undefined },
            });
            return await warmVerdict(readPlan(this.project, STACK), tools, packagesFingerprint(this.project));
        } finally {
            process.env = own;
        }
    }

    /** Everything that runs for this checkout. */
    public processes(): readonly Process[] {
        return processesOf(this.root);
    }

    /** The cluster's own processes, which outlive the runs. */
    public clusterProcesses(): readonly Process[] {
        return this.processes().filter(({ args }) => args.startsWith(this.clusterDir));
    }

    /** What runs for this checkout beside its cluster; empty while no command is under way. */
    public runProcesses(): readonly Process[] {
        return this.processes().filter(({ args }) => !args.startsWith(this.clusterDir));
    }

    /** Kills a run and all that it has started with SIGKILL. */
    public async kill(running: Running): Promise<void> {
        killAll(treeOf(running.pid).filter(({ args }) => !args.startsWith(this.clusterDir)));
        await running.ended;
        await this.quiet();
    }

    /** Kills the engine alone. */
    public async killEngine(running: Running): Promise<RunResult> {
        const engine = treeOf(running.pid).filter(({ args }) => /^(\S*\/)?pulumi (up|destroy) /.test(args));
        killAll(engine);
        const result = await running.ended;
        await this.quiet();
        return result;
    }

    /** What was started for an engine ends when that is gone, but for the Kubernetes provider, which looks seldom. */
    private async quiet(): Promise<void> {
        const ending = (): readonly Process[] =>
            this.runProcesses().filter(({ args }) => !args.includes("pulumi-resource-kubernetes"));
        await until(() => ending().length === 0, 30_000);
    }

    /** Ends whatever is left and removes all files. */
    public async remove(): Promise<void> {
        for (let left = this.processes(); left.length > 0; left = this.processes()) {
            killAll(left);
            await new Promise((resolve) => setTimeout(resolve, 50));
        }
        rmSync(this.root, { recursive: true, force: true, maxRetries: 5 });
    }

    private spawn(program: string, args: readonly string[], more: Variables = {}, input = ""): Running {
        const child = spawn(program, args, { cwd: this.project, env: { ...this.variables, ...more }, stdio: "pipe" });
        let [stdout, output] = ["", ""];
        child.stdout.on("data", (data) => {
            stdout += String(data);
            output += String(data);
        });
        child.stderr.on("data", (data) => (output += String(data)));
        child.stdin.on("error", () => undefined);
        child.stdin.end(input);
        const ended = new Promise<RunResult>((resolve, reject) => {
            child.once("error", reject);
            child.once("close", (status) => resolve({ status, stdout, output }));
        });
        return { pid: child.pid ?? 0, ended, output: () => output };
    }
}

/** Copies what git has or would take; npm's packages are a link. Times are kept: `make` compares them. */
function copyCheckout(to: string): void {
    const list = spawnSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
        cwd: ROOT,
        encoding: "utf8",
    });
    if (list.status !== 0) throw new Error(`git ls-files: ${list.stderr}`);
    for (const file of list.stdout.split("\0").filter((name) => name !== "")) {
        const from = join(ROOT, file);
        // Git still lists what was deleted and not committed.
        if (!existsSync(from)) continue;
        const { atime, mtime } = statSync(from);
        mkdirSync(dirname(join(to, file)), { recursive: true });
        copyFileSync(from, join(to, file));
        utimesSync(join(to, file), atime, mtime);
    }
    symlinkSync(join(ROOT, "node_modules"), join(to, "node_modules"));
}

/** Waits for one of the cluster's or the state's signs while a run is under way, which must not end before. */
export async function during(running: Running, sign: () => boolean): Promise<void> {
    let over = false;
    void running.ended.then(() => (over = true));
    await until(() => over || sign(), 120_000);
    if (over) throw new Error(`the run ended before it came to that:\n${running.output()}`);
}
