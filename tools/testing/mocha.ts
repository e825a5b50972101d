import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { capture, inherit, type Environment } from "../lib/process";
import type { Tier, TierResult } from "./tiers";

/** One run of mocha. */
export interface MochaRun {
    /** Root of the checkout. */
    readonly project: string;
    readonly tier: Tier;
    /** Variables of the tests. */
    readonly env: Environment;
    /** Only tests whose title contains this. */
    readonly grep?: string;
    /** Milliseconds that mocha has to end in once it has counted its tests. Default 60 s. */
    readonly patience?: number;
}

/** What mocha and the tests have written beside their report. */
export interface MochaOutcome {
    readonly status: number;
    /** The counting reporter's file; absent when mocha did not come to its end. */
    readonly counts?: string;
    /** The file of test/helpers/skip.ts. */
    readonly skips?: string;
    /** It had to be ended. Default false. */
    readonly lingered?: boolean;
}

type Counts = Omit<TierResult, "tier"> & {
    /** What went wrong outside of the tests. */
    readonly problem?: string;
};

/** Tells test/helpers/skip.ts where to write its reasons. */
export const SKIPS_VARIABLE = "HEARTH_TEST_SKIPS";

/** For mocha and its workers: with Node's default of 16 MiB, a tenth of the time goes to clearing away short-lived objects. */
const NODE_OPTIONS = ["--max-semi-space-size=32"];

const PATIENCE = 60_000;

const REPORTER = join("test", "helpers", "counting-reporter.ts");

/** Test files of a tier, relative to the project; folders that do not exist have none. */
export function testFiles(project: string, folders: readonly string[]): readonly string[] {
    return folders.flatMap((folder) => {
        const path = join("test", folder);
        if (!existsSync(join(project, path))) return [];
        return readdirSync(join(project, path), { recursive: true, encoding: "utf8" })
            .filter((file) => file.endsWith(".test.ts"))
            .map((file) => join(path, file))
            .sort();
    });
}

/** Mocha's command line. */
export function mochaArguments(
    files: readonly string[],
    { jobs = 1, grep, counts }: { jobs?: number | undefined; grep?: string | undefined; counts: string },
): readonly string[] {
    return [
        ...["--reporter", REPORTER, "--reporter-option", `counts=${counts}`],
        ...(jobs > 1 ? ["--parallel", "--jobs", String(jobs)] : []),
        ...(grep === undefined ? [] : ["--fgrep", grep]),
        ...files,
    ];
}

/** What a run of mocha counts for. A run that did not come to its end, or failed outside of its tests, has failed. */
export function mochaCounts({ status, counts, skips = "", lingered = false }: MochaOutcome): Counts {
    const reasons = [...new Set(skips.split("\n").filter((line) => line !== ""))];
    const parsed = counts === undefined ? undefined : parseCounts(counts);
    if (parsed === undefined) {
        const problem = `mocha ended with status ${status} before it had counted its tests`;
        return { passed: 0, failed: 1, skipped: 0, reasons, problem };
    }
    const { passes, failures, pending, failed } = parsed;
    const why = pending > 0 && reasons.length === 0 ? ["the tests give no reason"] : reasons;
    const named = failed.length === 0 ? {} : { failures: failed };
    const result = { passed: passes, failed: failures, skipped: pending, reasons: why, ...named };
    if (lingered) {
        const problem =
            "mocha did not end after its tests: something that they started, or waited for, was still there";
        return { ...result, failed: failures + 1, problem };
    }
    if (status === 0 || failures > 0) return result;
    return { ...result, failed: 1, problem: `mocha ended with status ${status} although no test failed` };
}

function parseCounts(
    text: string,
): (Record<"passes" | "failures" | "pending", number> & { readonly failed: readonly string[] }) | undefined {
    const value: unknown = JSON.parse(text);
    if (value === null || typeof value !== "object") return undefined;
    const number = (key: string): number => Number(Reflect.get(value, key));
    const counts = { passes: number("passes"), failures: number("failures"), pending: number("pending") };
    const failed: unknown = Reflect.get(value, "failed");
    return Object.values(counts).every(Number.isInteger)
        ? { ...counts, failed: Array.isArray(failed) ? failed.map(String) : [] }
        : undefined;
}

/**
 * Runs the tests of a tier; mocha's report goes to standard output. A mocha that does not end after its tests, since
 * one of them left a process or a server behind, is ended and has failed.
 */
export function runMocha({ project, tier, env, grep, patience = PATIENCE }: MochaRun): Promise<Counts> {
    const files = testFiles(project, tier.folders ?? []);
    return withFiles(async ({ counts, skips }) => {
        const args = mochaArguments(files, { jobs: tier.jobs, grep, counts });
        const end = new AbortController();
        const watch = setInterval(() => {
            if (existsSync(counts) && Date.now() - statSync(counts).mtimeMs > patience) end.abort();
        }, 500);
        const status = await inherit(process.execPath, [...NODE_OPTIONS, mochaProgram(project), ...args], {
            cwd: project,
            env: { ...env, [SKIPS_VARIABLE]: skips },
            signal: end.signal,
        }).finally(() => clearInterval(watch));
        const lingered = end.signal.aborted;
        return mochaCounts({ status, lingered, ...read("counts", counts), ...read("skips", skips) });
    });
}

/** How many tests a tier has, without running one. One that cannot even be loaded counts as one. */
export function countTests({ project, tier, env, grep }: MochaRun): Promise<number> {
    const files = testFiles(project, tier.folders ?? []);
    if (files.length === 0) return Promise.resolve(0);
    return withFiles(async ({ counts }) => {
        const args = ["--dry-run", ...mochaArguments(files, { grep, counts })];
        const { status } = await capture(process.execPath, [mochaProgram(project), ...args], { cwd: project, env });
        const { passed, skipped } = mochaCounts({ status, ...read("counts", counts) });
        return Math.max(passed + skipped, status === 0 ? 0 : 1);
    });
}

function mochaProgram(project: string): string {
    return join(project, "node_modules", "mocha", "bin", "mocha.js");
}

async function withFiles<T>(
    action: (files: { readonly counts: string; readonly skips: string }) => Promise<T>,
): Promise<T> {
    const folder = mkdtempSync(join(tmpdir(), "hearth-test-"));
    try {
        return await action({ counts: join(folder, "counts.json"), skips: join(folder, "skips") });
    } finally {
        rmSync(folder, { recursive: true, force: true });
    }
}

function read<K extends string>(key: K, file: string): Partial<Record<K, string>> {
    return existsSync(file) ? ({ [key]: readFileSync(file, "utf8") } as Partial<Record<K, string>>) : {};
}
