import { join } from "node:path";
import { capture } from "../lib/process";
import { duration } from "../lib/progress";
import type { TierResult } from "./tiers";

/** How one check ended. */
export interface CheckOutcome {
    /** Command line without the folder. */
    readonly check: string;
    readonly status: number;
    /** What it printed, both streams. */
    readonly output: string;
    readonly seconds: number;
}

/** What is shown of a check: one line, and all that it printed when it failed. */
export function checkReport({ check, status, output, seconds }: CheckOutcome): string {
    if (status === 0) return `  ✔ ${check} (${duration(seconds)})`;
    const heading = `  ✘ ${check} (${duration(seconds)}): status ${status}`;
    return [heading, output.trimEnd()].filter((text) => text !== "").join("\n");
}

/** Runs all checks at once and shows each when it ends. */
export async function runChecks(
    project: string,
    checks: readonly (readonly string[])[],
    report: (text: string) => void,
): Promise<Omit<TierResult, "tier">> {
    const outcomes = await Promise.all(
        checks.map(async (check) => {
            const outcome = await runCheck(project, check);
            report(checkReport(outcome));
            return outcome;
        }),
    );
    const failures = outcomes.filter(({ status }) => status !== 0).map(({ check }) => check);
    return { passed: outcomes.length - failures.length, failed: failures.length, skipped: 0, failures };
}

async function runCheck(project: string, [program = "", ...args]: readonly string[]): Promise<CheckOutcome> {
    const started = Date.now();
    const file = join(project, "node_modules", ".bin", program);
    const { status, stdout, stderr } = await capture(file, args, { cwd: project });
    return {
        check: [program, ...args].join(" "),
        status,
        output: stdout + stderr,
        seconds: (Date.now() - started) / 1000,
    };
}
