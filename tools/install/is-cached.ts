import { cacheDir, projectRoot, toolsDir } from "../lib/paths";
import { toolSpec } from "../registry";
import { ToolCache } from "./cache";
import { buildKey, releaseKey } from "./keys";
import { hostPlatform } from "./platform";
import type { ToolName } from "./tool-spec";

/** True when the tool, as it is pinned now, is in the cache, downloaded or built. */
export function isCached(name: ToolName, project: string = projectRoot(), cache: string = cacheDir()): boolean {
    const { version, binaries, module, release } = toolSpec(name);
    const platform = hostPlatform();
    const keys = [
        ...(release === undefined ? [] : [releaseKey(release, platform)]),
        ...(module === undefined ? [] : [buildKey(project, module, platform)]),
    ];
    const tools = new ToolCache(toolsDir(cache));
    return keys.some((key) => tools.find({ name, version, binaries, key }) !== undefined);
}
