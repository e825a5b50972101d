import { join } from "node:path";
import { UserError } from "../../components/config/problems";
import { ensureTools, neededTools, type ToolName } from "../install/ensure";
import { isCached } from "../install/is-cached";
import { programOnPath, searchPath } from "../install/on-path";
import { cacheDir } from "../lib/paths";
import type { Environment } from "../lib/process";
import { buildProgram } from "../own-images/build";
import { COLLECTOR_IMAGE } from "../own-images/specs";
import { toolSpec } from "../registry";
import type { Tier } from "./tiers";

/**
 * Tells tests which of the programs are the pinned ones, separated by commas: another version that happens to be on PATH
 * is none of theirs. Whoever runs a test file by hand sets no such variable, and means what is on PATH.
 */
export const PROGRAMS_VARIABLE = "HEARTH_TEST_PROGRAMS";

/** Names the folder of official charts; programs read what those render, so that where nobody names one it is the cache. */
const CHARTS_VARIABLE = "HEARTH_TEST_CHART_MIRROR";

/** The variables that a tier's tests run with, or why they cannot run. */
export type TierTools =
    | { readonly env: Environment }
    /** Nothing is broken: this machine cannot have what the tier needs. */
    | { readonly obstacle: string }
    /** Something is. */
    | { readonly failure: string };

/**
 * Finds or installs the tools of a tier.
 * @param asked the tier was asked for by its name; only then are tools of its own built
 */
export async function tierTools(tier: Tier, env: Environment = process.env, asked = true): Promise<TierTools> {
    const { name, cluster, tools: own = [], programs = [] } = tier;
    if (cluster === undefined) return { env };
    const unbuilt = asked ? undefined : own.find((tool) => !isCached(tool));
    if (unbuilt !== undefined) {
        const minutes = toolSpec(unbuilt).module?.minutes ?? 0;
        return { obstacle: `${unbuilt} is not built yet: make test-${name} does that, in about ${minutes} minutes` };
    }
    try {
        const had = await availablePrograms(programs, asked, programSearch(env));
        if (asked && tier.collector === true) {
            await buildProgram(COLLECTOR_IMAGE, { report: (line) => console.error(line) });
        }
        const tools = await ensureTools([...neededTools({ cluster, charts: true }), ...own, ...had], { env });
        if (programs.length === 0) return { env: { ...env, ...tools.env } };
        const charts = { [CHARTS_VARIABLE]: join(cacheDir(), "charts") };
        return { env: { ...charts, ...env, ...tools.env, [PROGRAMS_VARIABLE]: had.join(",") } };
    } catch (error) {
        if (!(error instanceof UserError)) throw error;
        return withoutTools(error, programOnPath("go", env["PATH"] ?? "", cacheDir()) !== undefined);
    }
}

/** What is known of a program before anything is installed. */
export interface ProgramSearch {
    /** It is on PATH or in the cache. */
    readonly isHere: (name: ToolName) => Promise<boolean>;
    /** Its release can be had; asked of programs that have no other way. */
    readonly canBeDownloaded: (name: ToolName) => Promise<boolean>;
}

/**
 * Those of a tier's programs that its run has: whoever asks for the tier gets all but what can be had as a release
 * only, where that is out of reach; everybody else what is there already.
 */
export async function availablePrograms(
    programs: readonly ToolName[],
    asked: boolean,
    { isHere, canBeDownloaded }: ProgramSearch,
): Promise<readonly ToolName[]> {
    const had: ToolName[] = [];
    for (const name of programs) {
        const gets = asked && (toolSpec(name).module !== undefined || (await canBeDownloaded(name)));
        if (gets || (await isHere(name))) had.push(name);
    }
    return had;
}

function programSearch(env: Environment): ProgramSearch {
    return {
        isHere: async (name) =>
            isCached(name) || (await searchPath(toolSpec(name), env, cacheDir())).found !== undefined,
        canBeDownloaded: async (name) => {
            try {
                await ensureTools([name], { env });
                return true;
            } catch (error) {
                if (error instanceof UserError) return false;
                throw error;
            }
        },
    };
}

/**
 * What it means that the tools could not be had: where there is Go, all of them can be built, so that failing to is a
 * failure.
 */
export function withoutTools(error: UserError, hasGo: boolean): TierTools {
    if (hasGo) return { failure: error.message };
    const [first] = error.problems;
    const because = first === undefined ? error.heading : `${first.where} ${first.what}`;
    return { obstacle: `the pinned tools can be neither downloaded nor built here (${because})` };
}
