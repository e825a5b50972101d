import { cacheDir, projectRoot } from "../lib/paths";
import type { Environment } from "../lib/process";
import type { ProgressStream } from "../lib/progress";
import { toolSpec } from "../registry";
import { assemble, assemblyOf, toolVariables, type Assembly } from "./assemble";
import { inputsKey, readStamp, writeStamp } from "./stamp";
import { TOOL_NAMES, type ToolName } from "./tool-spec";
import type { InstalledTool, ToolSet } from "./tool-set";

export { neededTools } from "./needs";
export type { InstalledTool, ToolSet } from "./tool-set";
export type { ToolName } from "./tool-spec";

export interface EnsureOptions {
    /** Root of the checkout. Default this one. */
    readonly project?: string;
    /** Folder that all checkouts share. Default as in `lib/paths.ts`. */
    readonly cache?: string;
    /** Default the variables of this process. */
    readonly env?: Environment;
    /** Looks for every tool again instead of taking what a former run found. Default false. */
    readonly refresh?: boolean;
    /** Where progress is shown. Default standard error. */
    readonly stream?: ProgressStream;
}

/**
 * The tools of a run, found or installed. When a former run found them and nothing has changed since, that takes
 * milliseconds; nothing is started and no network is asked. Safe to run many times at once.
 * @throws UserError when a tool cannot be had, with every problem and its fix
 */
export async function ensureTools(need: readonly ToolName[], options: EnsureOptions = {}): Promise<ToolSet> {
    const { project = projectRoot(), cache = cacheDir(), env = process.env } = options;
    const names = TOOL_NAMES.filter((name) => need.includes(name));
    const key = inputsKey(names, project, env, cache);
    const known = options.refresh === true ? undefined : readStamp(key, cache);
    if (known !== undefined) return toolSet(known, assemblyOf(known, cache), env, cache);
    // Everything below is loaded only when there is something to do.
    const [{ Installer }, { realSources }, { ToolCache }] = await Promise.all([
        import("./installer"),
        import("./sources"),
        import("./cache"),
    ]);
    const { toolsDir } = await import("../lib/paths");
    const installer = new Installer({
        cache: new ToolCache(toolsDir(cache)),
        sources: realSources({ project, cache, env }),
        ...(options.stream === undefined ? {} : { stream: options.stream }),
    });
    const tools = await installer.install(names.map(toolSpec));
    const assembly = assemble(tools, cache);
    writeStamp(key, cache, tools);
    return toolSet(tools, assembly, env, cache);
}

function toolSet(tools: readonly InstalledTool[], assembly: Assembly, env: Environment, cache: string): ToolSet {
    return {
        ...assembly,
        env: toolVariables(assembly, env, cache),
        versions: Object.fromEntries(tools.map(({ name, version }) => [name, version])),
        tools,
    };
}
