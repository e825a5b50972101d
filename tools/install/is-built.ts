import { cacheDir, projectRoot, toolsDir } from "../lib/paths";
import { toolSpec } from "../registry";
import { ToolCache } from "./cache";
import { buildKey } from "./keys";
import { hostPlatform } from "./platform";
import type { ToolName } from "./tool-spec";

/** True when a build of the tool, as it is pinned now, is in the cache. */
export function isBuilt(name: ToolName, project: string = projectRoot(), cache: string = cacheDir()): boolean {
    const { version, binaries, module } = toolSpec(name);
    if (module === undefined) return false;
    const slot = { name, version, binaries, key: buildKey(project, module, hostPlatform()) };
    return new ToolCache(toolsDir(cache)).find(slot) !== undefined;
}
