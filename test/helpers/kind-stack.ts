import { spawnSync } from "node:child_process";
import {
    cpSync,
    existsSync,
    mkdirSync,
    mkdtempSync,
    readFileSync,
    realpathSync,
    rmSync,
    symlinkSync,
    writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { stringify } from "yaml";
import { kubeconfigPath, readRecord, type ClusterRecord } from "../../components/cluster/record";
import { CHECKOUT_DIR, clusterDir } from "../../components/config/paths";
import type { Layer } from "../../components/config/layers";
import type { PlatformConfig } from "../../components/config/schema";
import { capture } from "../../tools/lib/process";
import { readTestSettings, SETTINGS_VARIABLE } from "../../tools/testing/kind-settings";
import { resolvePlan } from "../../tools/stack/plan";
import { readStackFile } from "../../tools/stack/stack-file";
import { APPLICATIONS } from "./access-mesh";
import { ACCESS_SETTINGS } from "./access-table";
import { ClusterApi } from "./kind-api";
import { minutes } from "./kind-wait";
import { skip } from "./skip";

const ROOT = join(__dirname, "..", "..");

/** The stack that all tests of the tier share. */
export const STACK = "kind-test";

/** Names a folder where the stack is made, and where it stays after the tests: for work on the tests themselves. */
const FOLDER_VARIABLE = "HEARTH_TEST_KIND_FOLDER";

/** The applications and users that the tests are about, unless the settings that are given have others. */
const APPLICATION_SETTINGS: Settings = { applicationNamespaces: APPLICATIONS, ...ACCESS_SETTINGS };

/** How a command of Hearth ended. */
export interface Ran {
    readonly status: number;
    readonly stdout: string;
    readonly stderr: string;
    readonly seconds: number;
}

type Settings = Readonly<Record<string, unknown>>;

/**
 * A checkout of its own with a stack on a real Kind cluster: the files of this checkout as they are now, and a state
 * folder of its own; tools, npm packages and charts' cache are shared. Commands are run as `make` runs them.
 */
export class KindStack {
    private place: string | undefined;
    private firstUp: Promise<Ran> | undefined;
    private resolved: PlatformConfig | undefined;
    private connection: ClusterApi | undefined;

    /** The first `up`, which every suite waits for. @throws Error with what it said when it failed */
    public async first(): Promise<Ran> {
        this.firstUp ??= this.succeed("up");
        return this.firstUp;
    }

    /** For the `before` of a suite: the stack is up, and the layers that it is about are on; else it is skipped. */
    public async ready(suite: Mocha.Context, ...layers: readonly Layer[]): Promise<void> {
        // A bare machine pulls two gigabytes of images first.
        suite.timeout(minutes(45));
        this.needs(suite, ...layers);
        await this.first();
    }

    /** Skips a test or suite whose layers are off. */
    public needs(test: Mocha.Context, ...layers: readonly Layer[]): void {
        const off = layers.filter((layer) => !this.has(layer));
        if (off.length > 0) skip(test, `layer ${off.join(", ")} is off in ${this.whose()}`);
    }

    public has(layer: Layer): boolean {
        const { layers, cni } = this.settings();
        return layers.includes(layer) || cni === layer;
    }

    /** Runs a command of Hearth on the stack. */
    public async run(command: string, ...args: readonly string[]): Promise<Ran> {
        const started = Date.now();
        const env = { ...process.env, HEARTH_STATE_DIR: this.state, [SETTINGS_VARIABLE]: undefined };
        const result = await capture(process.execPath, ["tools/run.js", command, "--stack", STACK, ...args], {
            cwd: this.project,
            env,
        });
        const seconds = (Date.now() - started) / 1000;
        console.log(`      ${[command, ...args].join(" ")}: status ${result.status} after ${seconds.toFixed(1)} s`);
        return { ...result, seconds };
    }

    /** Runs a command that has to succeed. @throws Error with what it said */
    public async succeed(command: string, ...args: readonly string[]): Promise<Ran> {
        const ran = await this.run(command, ...args);
        if (ran.status !== 0) throw new Error(`${command} ended with status ${ran.status}\n${ran.stdout}${ran.stderr}`);
        return ran;
    }

    /** Changes settings for as long as an action runs; the stack is not brought up by that. */
    public async changed<T>(changes: Settings, action: () => Promise<T>): Promise<T> {
        this.configure(changes);
        try {
            return await action();
        } finally {
            this.configure({});
        }
    }

    /** Once the stack is up. */
    public get config(): PlatformConfig {
        this.resolved ??= resolvePlan({
            project: this.project,
            stack: STACK,
            file: readStackFile(this.project, STACK),
        });
        return this.resolved;
    }

    /** Once the stack is up. */
    public get api(): ClusterApi {
        this.connection ??= new ClusterApi(kubeconfigPath(this.clusterName, this.state));
        return this.connection;
    }

    /** Content of the cluster's kubeconfig. */
    public get kubeconfig(): string {
        return readFileSync(kubeconfigPath(this.clusterName, this.state), "utf8");
    }

    public get clusterName(): string {
        return this.settings().clusterName ?? `hearth-${STACK}`;
    }

    /** The record of the cluster, while there is one. */
    public get record(): ClusterRecord | undefined {
        return readRecord(this.clusterName, this.state);
    }

    /** Folder with all that Hearth keeps of the cluster. */
    public get clusterDir(): string {
        return clusterDir(this.clusterName, this.state);
    }

    /** Root of the copy. */
    public get project(): string {
        return join(this.folder(), "project");
    }

    private get state(): string {
        return join(this.folder(), "state");
    }

    /** Runs the container engine. @throws Error with what it says */
    public engine(...args: readonly string[]): string {
        const { status, stdout, stderr } = spawnSync(this.record?.engine ?? "docker", args, { encoding: "utf8" });
        if (status !== 0) throw new Error(`container engine, ${args.join(" ")}: ${stderr}`);
        return stdout.trim();
    }

    /** Runs the container engine with text on standard input. @throws Error with what it says */
    public async engineWith(input: string, ...args: readonly string[]): Promise<string> {
        const { status, stdout, stderr } = await capture(this.record?.engine ?? "docker", args, { input });
        if (status !== 0) throw new Error(`container engine, ${args.slice(0, 3).join(" ")}: ${stderr}`);
        return stdout;
    }

    /** Runs kubectl as the cluster's administrator. @throws Error with what it says */
    public async kubectl(...args: readonly string[]): Promise<string> {
        const file = kubeconfigPath(this.clusterName, this.state);
        const { status, stdout, stderr } = await capture("kubectl", ["--kubeconfig", file, ...args]);
        if (status !== 0) throw new Error(`kubectl ${args.join(" ")}: ${stderr}`);
        return stdout;
    }

    /** Takes everything away, whatever became of it. */
    public async remove(): Promise<void> {
        if (this.place === undefined || process.env[FOLDER_VARIABLE] !== undefined) return;
        if (existsSync(this.clusterDir)) await this.succeed("down");
        rmSync(this.place, { recursive: true, force: true });
    }

    private settings(): ReturnType<typeof readStackFile>["settings"] {
        return readStackFile(this.project, STACK).settings;
    }

    private whose(): string {
        return process.env[SETTINGS_VARIABLE] ?? "the preset";
    }

    private configure(changes: Settings): void {
        const given = readTestSettings(ROOT, process.env["HEARTH_TEST_STACK"] ?? "dev-fast");
        const settings = { ...APPLICATION_SETTINGS, ...withDemo(given), ...changes };
        const config = Object.entries(settings).map(([name, value]) => [`hearth:${name}`, value]);
        writeFileSync(
            join(this.project, `Pulumi.${STACK}.yaml`),
            stringify({ config: Object.fromEntries(config) as Settings }),
        );
    }

    private folder(): string {
        if (this.place === undefined) {
            const given = process.env[FOLDER_VARIABLE];
            if (given !== undefined) mkdirSync(given, { recursive: true });
            this.place = realpathSync(given ?? mkdtempSync(join(tmpdir(), "hearth-kind-")));
            copyCheckout(this.project);
            this.configure({});
        }
        return this.place;
    }
}

/** The layers that the demo needs to be seen whole. */
export const DEMO_LAYERS: readonly Layer[] = ["traefik", "postgresql", "otel-collector", "prometheus", "loki", "tempo"];

/** The demo is on where all of it can be seen, unless somebody said; the tests of a mesh ask for pods of their own. */
function withDemo(given: Settings): Settings {
    const layers: unknown = given["layers"];
    const seen = Array.isArray(layers) && DEMO_LAYERS.every((layer) => layers.includes(layer));
    return { demo: seen && !layers.includes("istio"), ...given };
}

/** Not part of the copy: what belongs to this checkout's own stacks, and what is shared. */
const LEFT_OUT = [".git", CHECKOUT_DIR, "node_modules", "secrets"];

function copyCheckout(to: string): void {
    const filter = (path: string): boolean => !LEFT_OUT.includes(relative(ROOT, path));
    cpSync(ROOT, to, { recursive: true, preserveTimestamps: true, filter });
    if (!existsSync(join(to, "node_modules"))) symlinkSync(join(ROOT, "node_modules"), join(to, "node_modules"));
}

const shared = new KindStack();

/** The stack of the whole tier. Whichever suite is first brings it up; nothing is made before. */
export function kindStack(): KindStack {
    return shared;
}

// A root hook: after the last test of the last file, whatever failed.
after(async function () {
    this.timeout(minutes(10));
    await shared.remove();
});
