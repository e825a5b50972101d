import type { RunPluginRequest, RunRequest } from "@pulumi/pulumi/proto/language_pb";
import { typescriptVariables, type RuntimeOptions } from "./options";

/** A Node process to be started. */
export interface Launch {
    /** Arguments of Node: its own, the SDK's script, and the script's. */
    readonly args: readonly string[];
    readonly env: Readonly<Record<string, string | undefined>>;
    readonly cwd: string;
}

/** What a launch depends on besides the request. */
export interface Surroundings {
    /** Script of the SDK, absolute. */
    readonly script: string;
    readonly options: RuntimeOptions;
    /** Arguments of Node for a debugger. */
    readonly debug: readonly string[];
    /** This host's own. */
    readonly env: Readonly<Record<string, string | undefined>>;
    readonly cwd: string;
}

/** Addresses that a program is told. */
export interface Addresses {
    readonly engine: string;
    /** Endpoint for traces in Zipkin's format. */
    readonly tracing?: string;
}

/**
 * How a program is started: as by Pulumi's own host, but for `--sync`. That is a pair of pipes for synchronous
 * invokes, which SDKs of version 3 have no use for any more; so the program talks to the engine's monitor itself, and
 * not through the host.
 */
export function programLaunch(request: RunRequest, addresses: Addresses, surroundings: Surroundings): Launch {
    const { script, options, debug, env, cwd } = surroundings;
    const info = request.getInfo();
    const flags: readonly (readonly [string, string | undefined])[] = [
        ["monitor", request.getMonitorAddress()],
        ["engine", addresses.engine],
        ["organization", request.getOrganization()],
        ["project", request.getProject()],
        ["root-directory", info?.getRootDirectory()],
        ["stack", request.getStack()],
        ["pwd", info?.getProgramDirectory()],
        ["parallel", String(request.getParallel())],
        ["tracing", addresses.tracing],
    ];
    return {
        args: [
            ...options.nodeargs,
            ...debug,
            script,
            ...flags.flatMap(([name, value]) => (value === undefined || value === "" ? [] : [`--${name}`, value])),
            ...(request.getDryrun() ? ["--dry-run"] : []),
            info?.getEntryPoint() ?? ".",
            ...request.getArgsList(),
        ],
        env: {
            ...env,
            PULUMI_CONFIG: JSON.stringify(programConfig(request.getConfigMap().toArray())),
            PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
            ...typescriptVariables(options),
        },
        cwd,
    };
}

/**
 * A program's configuration under the names that SDKs of all ages read: `project:config:key`, where the engine says
 * `project:key`.
 */
export function programConfig(entries: readonly (readonly [string, string])[]): Readonly<Record<string, string>> {
    return Object.fromEntries(
        entries.map(([key, value]) => {
            const parts = key.split(":");
            if (parts.length === 2) return [parts.join(":config:"), value];
            if (parts.length === 3 && parts[1] === "config") return [key, value];
            throw new Error(`the engine sent a configuration key of an unknown form: ${key}`);
        }),
    );
}

/** Stack that a policy pack judges. */
export interface PolicyStack {
    readonly organization: string;
    readonly project: string;
    readonly stack: string;
    readonly dryRun: boolean;
    readonly config: readonly (readonly [string, string])[];
}

/** Kind of plugin, in the engine's words, that a policy pack is. */
export const POLICY_PACK = "analyzer";

/**
 * How a plugin is started. Policy packs are older than the rest: they run in their own folder, take that folder as
 * their last argument, where others take it first, and learn their stack from variables. Node's own arguments come
 * after the script, so that they reach the plugin, as they do with Pulumi's own host.
 */
export function pluginLaunch(
    request: RunPluginRequest,
    stack: PolicyStack | undefined,
    { script, options, debug, env }: Surroundings,
): Launch {
    const folder = request.getInfo()?.getProgramDirectory() ?? request.getPwd();
    const isPolicyPack = request.getKind() === POLICY_PACK;
    const args = request.getArgsList();
    const given = request.getEnvList();
    return {
        args: [...debug, script, ...options.nodeargs, ...(isPolicyPack ? [...args, folder] : [folder, ...args])],
        env: {
            ...(given.length === 0 ? env : variables(given)),
            ...typescriptVariables(options),
            ...(stack === undefined ? {} : stackVariables(stack)),
        },
        cwd: isPolicyPack ? folder : request.getPwd(),
    };
}

/** `NAME=value` pairs; of equal names the last counts. */
function variables(pairs: readonly string[]): Readonly<Record<string, string>> {
    return Object.fromEntries(
        pairs.map((pair) => {
            const end = pair.indexOf("=");
            return end === -1 ? [pair, ""] : [pair.slice(0, end), pair.slice(end + 1)];
        }),
    );
}

function stackVariables(stack: PolicyStack): Readonly<Record<string, string>> {
    const named = {
        PULUMI_NODEJS_ORGANIZATION: stack.organization,
        PULUMI_NODEJS_PROJECT: stack.project,
        PULUMI_NODEJS_STACK: stack.stack,
    };
    return {
        ...Object.fromEntries(Object.entries(named).filter(([, value]) => value !== "")),
        PULUMI_NODEJS_DRY_RUN: String(stack.dryRun),
        PULUMI_CONFIG: JSON.stringify(Object.fromEntries(stack.config)),
    };
}
