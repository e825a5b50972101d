import { accessSync, constants, existsSync, realpathSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, dirname, join, sep } from "node:path";
import { capture, type Environment } from "../lib/process";
import type { PathCheck, ToolSpec } from "./tool-spec";
import { accepts, rangeText, versionIn } from "./versions";

/** A tool of the user's own. */
export interface Found {
    readonly version: string;
    readonly files: Readonly<Record<string, string>>;
}

/** What looking for one gave. */
export interface Search {
    readonly found?: Found;
    /** Why what is there will not do. */
    readonly passedOver?: string;
}

/** A program that takes longer for its version is passed over. */
const TIMEOUT = 10_000;

/**
 * The program that a shell would start, looking only outside `own` (Hearth's own folders, which `make env` puts on
 * PATH and which must not be mistaken for the user's).
 */
export function programOnPath(binary: string, path: string, own: string): string | undefined {
    for (const folder of pathFolders(path, own)) {
        const file = join(folder, binary);
        try {
            accessSync(file, constants.X_OK);
            if (statSync(file).isFile()) return file;
        } catch {
            // Not here.
        }
    }
    return undefined;
}

/** Folders of PATH without Hearth's own and without relative ones, whose meaning changes with the working directory. */
export function pathFolders(path: string, own: string): readonly string[] {
    return path
        .split(delimiter)
        .filter((folder) => folder.startsWith("/") && folder !== own && !folder.startsWith(own + sep));
}

/** Looks for a tool on PATH and asks it for its version. */
export async function searchPath(spec: ToolSpec, env: Environment, own: string): Promise<Search> {
    const { onPath: check } = spec;
    if (check === undefined) return {};
    const files = spec.binaries.map((binary) => [binary, programOnPath(binary, env["PATH"] ?? "", own)] as const);
    const present = files.flatMap(([binary, file]) => (file === undefined ? [] : [[binary, file] as const]));
    const [first] = present;
    if (first === undefined) return {};
    if (present.length < files.length) {
        const missing = files.filter(([, file]) => file === undefined).map(([binary]) => binary);
        return { passedOver: `${first[1]} is there, but ${missing.join(", ")} is not` };
    }
    const beside = missingBeside(check, first[1]);
    if (beside !== undefined) return { passedOver: beside };
    const answers = await Promise.all(present.map(([, file]) => askVersion(file, check, env)));
    const refusal = answers.find((answer) => "passedOver" in answer);
    if (refusal !== undefined) return refusal;
    const versions = answers.flatMap((answer) => ("version" in answer ? [answer.version] : []));
    return { found: { version: versions.join(", "), files: Object.fromEntries(present) } };
}

/** Looks for an official plugin that the user's own Pulumi has installed. */
export function searchPulumiHome(spec: ToolSpec, env: Environment, own: string): Search {
    if (spec.plugin === undefined) return {};
    const home = env["PULUMI_HOME"] ?? join(env["HOME"] ?? homedir(), ".pulumi");
    if (home === own || home.startsWith(own + sep)) return {};
    const folder = join(home, "plugins", pluginFolder(spec.plugin, spec.version));
    const [binary = ""] = spec.binaries;
    const file = join(folder, binary);
    // Pulumi marks an installation that is under way, or was interrupted, by such a file.
    if (!existsSync(file) || existsSync(`${folder}.partial`)) return {};
    return { found: { version: spec.version, files: { [binary]: file } } };
}

/** Folder of a resource plugin in PULUMI_HOME/plugins. */
export function pluginFolder(plugin: string, version: string): string {
    return `resource-${plugin}-v${version}`;
}

type Answer = { readonly version: string } | { readonly passedOver: string };

async function askVersion(
    file: string,
    { args, pattern, accepts: range }: PathCheck,
    env: Environment,
): Promise<Answer> {
    try {
        const quiet = { ...env, PULUMI_SKIP_UPDATE_CHECK: "true", SOPS_DISABLE_VERSION_CHECK: "1" };
        const { status, stdout, stderr } = await capture(file, args, { env: quiet, timeout: TIMEOUT });
        const version = versionIn(stdout, pattern) ?? versionIn(stderr, pattern);
        if (status !== 0 || version === undefined) return { passedOver: `${file} does not tell its version` };
        if (accepts(range, version)) return { version };
        return { passedOver: `${file} is ${version}, and needed is ${rangeText(range)}` };
    } catch (error) {
        if (error instanceof Error && "code" in error) return { passedOver: `${file} does not start (${error.code})` };
        throw error;
    }
}

/** The engine looks beside the program that it really is, not beside the link that it was started by. */
function missingBeside({ beside = [] }: PathCheck, file: string): string | undefined {
    const folder = dirname(realpathSync(file));
    const missing = beside.find((name) => !existsSync(join(folder, name)));
    return missing === undefined ? undefined : `${file} has no ${missing} beside it`;
}
