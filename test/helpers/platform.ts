import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { MockResourceArgs } from "@pulumi/pulumi/runtime/mocks";
import type { Environment } from "../../components/config/environment";
import { OWN_ARCHIVES } from "../../components/config/own-images";
import { checkTypes } from "../../components/config/parse";
import { resolveConfig } from "../../components/config/resolve";
import type { PlatformConfig } from "../../components/config/schema";
import { CHART_NAMES, chartFile, chartSpec } from "../../components/config/versions";
import { Platform, type PlatformArgs } from "../../components/platform";
import { hearthSettings } from "../../tools/stack/stack-file";
import { readFileSync } from "node:fs";
import { Harness, type Registered } from "./harness";
import { drawn } from "./leaks";

/** A machine with a container engine, and with everything fetched and built. */
export const EQUIPPED: Environment = {
    engines: ["docker"],
    charts: CHART_NAMES.map((name) => chartFile(chartSpec(name))),
    ownImages: OWN_ARCHIVES,
};

/** A machine with nothing. */
export const BARE: Environment = { engines: [], charts: [], ownImages: [] };

export interface StackOptions {
    /** Settings that are laid over those of the stack file. */
    readonly settings?: Readonly<Record<string, unknown>>;
    readonly environment?: Environment;
    readonly preview?: boolean;
}

/** The configuration of a preset as its committed stack file gives it. */
export function presetConfig(stack: string, { settings = {}, environment = BARE }: StackOptions = {}): PlatformConfig {
    const file = `Pulumi.${stack}.yaml`;
    const given = { ...hearthSettings(file, readFileSync(file, "utf8")), ...settings };
    return resolveConfig(stack, checkTypes(given), environment);
}

/** A platform that was registered with the stand-in for the engine. */
export interface StackRun {
    readonly config: PlatformConfig;
    readonly harness: Harness;
    readonly platform: Platform;
    /** Inputs as they were registered, with their secrets still marked, by name of resource. */
    readonly raw: ReadonlyMap<string, unknown>;
    /** Commands that the program had run to ask the cluster. */
    readonly asked: readonly string[];
}

/** What the cluster of these tests says of itself as an issuer of tokens. */
export const CLUSTER_ISSUER = {
    issuer: "https://issuer.of.the.cluster",
    jwks: { keys: [{ kty: "RSA", kid: "first", use: "sig", alg: "RS256", n: "modulus-of-the-cluster", e: "AQAB" }] },
};

/** A platform with all that it makes. */
export async function builtPlatform(args: PlatformArgs): Promise<Platform> {
    const platform = new Platform("hearth", args);
    await platform.built;
    return platform;
}

/** Builds the platform of a preset. */
export async function runStack(stack: string, options: StackOptions = {}): Promise<StackRun> {
    const { preview = false } = options;
    const raw = new Map<string, unknown>();
    const asked: string[] = [];
    const config = presetConfig(stack, options);
    const harness = await Harness.start({
        preview,
        stack,
        outputs: (args) => {
            raw.set(args.name, args.inputs);
            return preview ? {} : computed(args);
        },
        answer: ({ token, inputs }) => {
            if (token !== "command:local:run") throw new Error(`unexpected invoke ${token}`);
            asked.push(String(inputs["command"]));
            return { ...inputs, stdout: preview ? "" : JSON.stringify(CLUSTER_ISSUER), stderr: "" };
        },
    });
    const platform = await harness.run(() => builtPlatform({ config }));
    return { config, harness, platform, raw, asked };
}

/** What providers compute, beside what the harness knows. */
function computed(args: MockResourceArgs): Record<string, unknown> {
    if (args.type === "kubernetes:helm.sh/v3:Release") return { status: { status: "deployed", revision: 1 } };
    if (args.name.endsWith("-kubeconfig")) return { stdout: "kubeconfig-of-the-cluster" };
    return drawn(args);
}

/** A folder with a kubeconfig of somebody else's cluster, for as long as `use` runs. */
export async function withKubeconfig<T>(use: (path: string) => Promise<T>): Promise<T> {
    const folder = mkdtempSync(join(tmpdir(), "hearth-kubeconfig-"));
    const path = join(folder, "config");
    const text = `apiVersion: v1
kind: Config
current-context: other
clusters: [{ name: c, cluster: { server: "https://192.0.2.1:6443" } }]
users: [{ name: u, user: { token: token-of-somebody-else } }]
contexts: [{ name: mine, context: { cluster: c, user: u } }, { name: other, context: { cluster: c, user: u } }]
`;
    writeFileSync(path, text);
    try {
        return await use(path);
    } finally {
        rmSync(folder, { recursive: true, force: true });
    }
}

/** The resource at the end of a URN. */
export function resourceOf(run: StackRun, urn: string): Registered {
    const found = run.harness.resources.find((resource) => resource.urn === urn);
    if (found === undefined) throw new Error(`nothing was registered as ${urn}`);
    return found;
}
