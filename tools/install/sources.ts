import type { Environment } from "../lib/process";
import { goBuild, prefetch } from "./build";
import type { Sources } from "./installer";
import { buildKey, releaseKey, standInKey } from "./keys";
import { searchPath, searchPulumiHome } from "./on-path";
import { hostPlatform } from "./platform";
import { requirePrerequisites } from "./prerequisites";
import { Releases } from "./release";
import { bundleStandIn } from "./stand-in";

export interface SourcesOptions {
    readonly project: string;
    readonly cache: string;
    readonly env: Environment;
}

/** The places that tools really come from. */
export function realSources({ project, cache, env }: SourcesOptions): Sources {
    const platform = hostPlatform();
    const offline = env["HEARTH_OFFLINE"] !== undefined && !["", "0", "false"].includes(env["HEARTH_OFFLINE"]);
    const releases = new Releases({ platform, offline });
    const go = { project, platform, env };
    return {
        search: (spec) =>
            spec.plugin === undefined
                ? searchPath(spec, env, cache)
                : Promise.resolve(searchPulumiHome(spec, env, cache)),
        release: (release, folder, note) => releases.install(release, folder, note),
        build: (spec, module, folder, note) => goBuild(spec, module, folder, go, note),
        standIn: (standIn, binary, folder, final) => bundleStandIn(project, standIn, binary, folder, final),
        beforeBuilds: (modules) =>
            requirePrerequisites(
                project,
                modules.map(({ folder }) => folder),
                env,
                cache,
            ),
        // While releases can be had, later tools may not need building at all.
        prefetch: (modules, signal) => (releases.closed ? prefetch(modules, go, signal) : Promise.resolve()),
        keys: {
            release: (release) => releaseKey(release, platform),
            build: (module) => buildKey(project, module, platform),
            standIn: (folder) => standInKey(project, folder),
        },
    };
}
