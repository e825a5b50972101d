import type { Need } from "../install/needs";
import type { ToolName } from "../install/tool-spec";

/** What one tier found. */
export interface TierResult {
    readonly tier: string;
    readonly passed: number;
    readonly failed: number;
    readonly skipped: number;
    /** Why tests were skipped, one line each. */
    readonly reasons?: readonly string[];
    /** What failed and the first line of why, one line each. */
    readonly failures?: readonly string[];
}

/** One tier of the tests, in the order in which they run. */
export interface Tier {
    readonly name: string;
    readonly title: string;
    /** Programs of node_modules/.bin that pass or fail as a whole. */
    readonly checks?: readonly (readonly string[])[];
    /** Folders under test/ that mocha runs. */
    readonly folders?: readonly string[];
    /** So many files run side by side, so that none may depend on what another does to the machine. Default 1. */
    readonly jobs?: number;
    /** The pinned tools for this kind of cluster are put on PATH first. */
    readonly cluster?: Exclude<Need["cluster"], "existing">;
    /** Tools beside those. They take minutes to build, so that this is done only for who asks for the tier by name. */
    readonly tools?: readonly ToolName[];
    /**
     * Programs that only some tests run, so that those of the others run without them. What takes minutes to build is
     * built for who asks for the tier by name; else the tests get what is on PATH and in the cache.
     */
    readonly programs?: readonly ToolName[];
    /** The collector is built first, for who asks for the tier by name. Default false. */
    readonly collector?: boolean;
}

/** The programs that read Hearth's configurations. */
const PROGRAMS: readonly ToolName[] = ["prometheus", "alertmanager", "loki", "tempo", "traefik", "istioctl"];

export const TIERS: readonly Tier[] = [
    {
        name: "static",
        title: "lint, format, types",
        checks: [
            ["eslint", ".", "--max-warnings", "0"],
            ["prettier", "--check", "--log-level", "warn", "."],
            ["tsc", "--noEmit", "--project", "tsconfig.json"],
        ],
    },
    {
        name: "unit",
        title: "pure functions, components, stacks",
        folders: ["unit", "components", "stacks"],
        jobs: 2,
    },
    {
        name: "processes",
        title: "scripts, commands and plugins, run as they are",
        folders: ["processes"],
        // Twice the processors of a small machine: they wait for each other, for locks, and for what is to fail.
        jobs: 4,
    },
    { name: "nix", title: "the flake, by Nix, where that is", folders: ["nix"] },
    {
        name: "engine",
        title: "the real engine on a simulated cluster",
        folders: ["engine"],
        // Every stack of the tests has a checkout and a home of its own, and waits half of its time.
        jobs: 2,
        cluster: "kwok",
    },
    {
        name: "gitops",
        title: "Argo CD's own programs on a simulated cluster",
        folders: ["gitops"],
        cluster: "kwok",
        tools: ["argocd"],
    },
    {
        name: "programs",
        title: "configurations, read by the programs that they are for",
        folders: ["programs"],
        cluster: "kwok",
        programs: [...PROGRAMS, "argocd"],
        collector: true,
    },
    {
        name: "dataflow",
        title: "those programs at work with each other, on loopback",
        folders: ["dataflow"],
        cluster: "kwok",
        programs: ["prometheus", "alertmanager", "loki", "tempo"],
        collector: true,
    },
    { name: "kind", title: "a real Kind cluster", folders: ["kind"], cluster: "kind" },
];

/** The counts as text: `3 passed, 0 failed[, 1 skipped]`. */
export function countsText(results: readonly Omit<TierResult, "tier">[]): string {
    const sum = (key: "passed" | "failed" | "skipped"): number =>
        results.reduce((total, result) => total + result[key], 0);
    const line = `${sum("passed")} passed, ${sum("failed")} failed`;
    return sum("skipped") > 0 ? `${line}, ${sum("skipped")} skipped` : line;
}

/** The sum of all tiers as the line that CI reads. */
export function closingLine(results: readonly TierResult[]): string {
    return countsText(results);
}

/** Why anything was skipped, by tier; empty when nothing was. */
export function skipLines(results: readonly TierResult[]): readonly string[] {
    return listed("skipped", results, ({ reasons }) => reasons);
}

/** What failed, by tier, once more at the end, where it is seen; empty when nothing did. */
export function failureLines(results: readonly TierResult[]): readonly string[] {
    return listed("failed", results, ({ failures }) => failures);
}

function listed(
    heading: string,
    results: readonly TierResult[],
    items: (result: TierResult) => readonly string[] | undefined,
): readonly string[] {
    const lines = results.flatMap((result) => (items(result) ?? []).map((item) => `  ${result.tier}: ${item}`));
    return lines.length === 0 ? [] : [`${heading}:`, ...lines];
}

/** Exit status: tiers that ran nothing at all have not passed. */
export function exitStatus(results: readonly TierResult[]): number {
    const ranNothing = results.every((result) => result.passed + result.failed === 0);
    return ranNothing || results.some((result) => result.failed > 0) ? 1 : 0;
}

/** The tiers that a list of names asks for; all when it is empty. */
export function chooseTiers(names: readonly string[]): {
    readonly tiers: readonly Tier[];
    readonly unknown: readonly string[];
} {
    const unknown = names.filter((name) => !TIERS.some((tier) => tier.name === name));
    return { tiers: names.length === 0 ? TIERS : TIERS.filter((tier) => names.includes(tier.name)), unknown };
}
