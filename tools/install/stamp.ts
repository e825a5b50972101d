import { existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { checksum } from "../../components/core/hash";
import type { Environment } from "../lib/process";
import { toolSpec } from "../registry";
import { assemblyOf } from "./assemble";
import { definitionHash } from "./keys";
import { pluginFolder, programOnPath } from "./on-path";
import { hostPlatform } from "./platform";
import type { ToolName, ToolSpec } from "./tool-spec";
import type { InstalledTool } from "./tool-set";

/**
 * Hash of everything that decides which tools a run gets: what is asked for, the checkout's definitions, and the user's
 * own programs that might serve. When it is known, nothing has to be looked for.
 */
export function inputsKey(need: readonly ToolName[], project: string, env: Environment, cache: string): string {
    const own = need.map((name) => userPrograms(toolSpec(name), env, cache));
    return checksum([need, hostPlatform(), definitionHash(project), own]);
}

/** The tools that a former run found for the same inputs; undefined when there was none or anything is gone. */
export function readStamp(key: string, cache: string): readonly InstalledTool[] | undefined {
    let tools: readonly InstalledTool[];
    try {
        tools = JSON.parse(readFileSync(stampFile(key, cache), "utf8")) as readonly InstalledTool[];
    } catch {
        return undefined;
    }
    const { binDir, pulumiHome } = assemblyOf(tools, cache);
    const files = [binDir, pulumiHome, ...tools.flatMap((tool) => Object.values(tool.files))];
    return files.every((file) => existsSync(file)) ? tools.map((tool) => ({ ...tool, cached: true })) : undefined;
}

export function writeStamp(key: string, cache: string, tools: readonly InstalledTool[]): void {
    const file = stampFile(key, cache);
    mkdirSync(dirname(file), { recursive: true });
    const draft = `${file}.${process.pid}`;
    writeFileSync(draft, JSON.stringify(tools));
    renameSync(draft, file);
}

function stampFile(key: string, cache: string): string {
    return join(cache, "tools", "stamps", `${key}.json`);
}

function userPrograms(spec: ToolSpec, env: Environment, cache: string): readonly unknown[] {
    const { plugin, version, binaries, onPath } = spec;
    if (plugin !== undefined) {
        const home = env["PULUMI_HOME"] ?? join(env["HOME"] ?? homedir(), ".pulumi");
        return [home.startsWith(cache) ? "own" : identity(join(home, "plugins", pluginFolder(plugin, version)))];
    }
    if (onPath === undefined) return [];
    return binaries.map((binary) => {
        const file = programOnPath(binary, env["PATH"] ?? "", cache);
        return file === undefined ? "none" : identity(file);
    });
}

/** Path, size and times of a file, which change when it is replaced. */
function identity(file: string): readonly string[] {
    const stat = statSync(file, { bigint: true, throwIfNoEntry: false });
    return [file, String(stat?.size), String(stat?.mtimeNs), String(stat?.ino)];
}
