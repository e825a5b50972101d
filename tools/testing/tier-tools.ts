import { UserError } from "../../components/config/problems";
import { ensureTools, neededTools } from "../install/ensure";
import { isBuilt } from "../install/is-built";
import { programOnPath } from "../install/on-path";
import { cacheDir } from "../lib/paths";
import { toolSpec } from "../registry";
import type { Environment } from "../lib/process";
import type { Tier } from "./tiers";

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
export async function tierTools(
    { name, cluster, tools: own = [] }: Tier,
    env: Environment = process.env,
    asked = true,
): Promise<TierTools> {
    if (cluster === undefined) return { env };
    const unbuilt = asked ? undefined : own.find((tool) => !isBuilt(tool));
    if (unbuilt !== undefined) {
        const minutes = toolSpec(unbuilt).module?.minutes ?? 0;
        return { obstacle: `${unbuilt} is not built yet: make test-${name} does that, in about ${minutes} minutes` };
    }
    try {
        const tools = await ensureTools([...neededTools({ cluster, charts: true }), ...own], { env });
        return { env: { ...env, ...tools.env } };
    } catch (error) {
        if (!(error instanceof UserError)) throw error;
        return withoutTools(error, programOnPath("go", env["PATH"] ?? "", cacheDir()) !== undefined);
    }
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
