import { duration } from "../lib/progress";
import type { Environment } from "../lib/process";
import { runChecks } from "./checks";
import { countTests, runMocha, testFiles, type MochaRun } from "./mocha";
import type { TierTools } from "./tier-tools";
import { countsText, type Tier, type TierResult } from "./tiers";

/** What running tiers needs of the outside. */
export interface TierRun {
    /** Root of the checkout. */
    readonly project: string;
    /** Variables of the tests, before those of the tools. */
    readonly env: Environment;
    /** Only tests whose title contains this; checks are left out. */
    readonly grep?: string;
    readonly report: (text: string) => void;
    /** Why there can be no Kind cluster here. */
    readonly kindObstacle: () => Promise<string | undefined>;
    readonly tools: (tier: Tier, env: Environment) => Promise<TierTools>;
}

/** Runs tiers one after the other; none keeps the next from running. */
export async function runTiers(tiers: readonly Tier[], run: TierRun): Promise<readonly TierResult[]> {
    const results: TierResult[] = [];
    for (const [index, tier] of tiers.entries()) {
        const position = `[${index + 1}/${tiers.length}] ${tier.name}`;
        run.report(`${position} (${tier.title})`);
        const started = Date.now();
        const counts = await runTier(tier, run);
        run.report(`${position}: ${countsText([counts])} (${duration((Date.now() - started) / 1000)})\n`);
        results.push({ tier: tier.name, ...counts });
    }
    return results;
}

type Counts = Omit<TierResult, "tier">;

async function runTier(tier: Tier, run: TierRun): Promise<Counts> {
    const checks = run.grep === undefined ? (tier.checks ?? []) : [];
    const parts = [await runChecks(run.project, checks, run.report), await runTests(tier, run)];
    return parts.reduce((sum, part) => ({
        passed: sum.passed + part.passed,
        failed: sum.failed + part.failed,
        skipped: sum.skipped + part.skipped,
        reasons: [...(sum.reasons ?? []), ...(part.reasons ?? [])],
        failures: [...(sum.failures ?? []), ...(part.failures ?? [])],
    }));
}

async function runTests(tier: Tier, run: TierRun): Promise<Counts> {
    if (testFiles(run.project, tier.folders ?? []).length === 0) return { passed: 0, failed: 0, skipped: 0 };
    const { project, env, grep } = run;
    const options: MochaRun = { project, tier, env, ...(grep === undefined ? {} : { grep }) };
    const obstacle = tier.cluster === "kind" ? await run.kindObstacle() : undefined;
    if (obstacle !== undefined) return skipped(options, obstacle, run);
    const tools = await run.tools(tier, env);
    if ("obstacle" in tools) return skipped(options, tools.obstacle, run);
    if ("failure" in tools) {
        run.report(tools.failure);
        return { passed: 0, failed: 1, skipped: 0, failures: ["its tools could not be had"] };
    }
    const { problem, ...counts } = await runMocha({ ...options, env: tools.env });
    if (problem === undefined) return counts;
    run.report(problem);
    return { ...counts, failures: [...(counts.failures ?? []), problem] };
}

async function skipped(options: MochaRun, reason: string, { report }: TierRun): Promise<Counts> {
    report(`  skipped: ${reason}`);
    return { passed: 0, failed: 0, skipped: await countTests(options), reasons: [reason] };
}
