/** What one tier found. */
export interface TierResult {
    readonly tier: string;
    readonly passed: number;
    readonly failed: number;
    readonly skipped: number;
    /** Why tests were skipped, one line each. */
    readonly reasons?: readonly string[];
}

/** One tier of the tests, in the order in which they run. */
export interface Tier {
    readonly name: string;
    readonly title: string;
    /** Programs of node_modules/.bin that pass or fail as a whole. */
    readonly checks?: readonly (readonly string[])[];
    /** Folders under test/ that mocha runs. */
    readonly folders?: readonly string[];
    /** The pinned tools are put on PATH first. */
    readonly needsTools?: boolean;
}

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
    { name: "unit", title: "pure functions, components, stacks", folders: ["unit", "components", "stacks"] },
    { name: "engine", title: "the real engine on a simulated cluster", folders: ["engine"], needsTools: true },
    { name: "kind", title: "a real Kind cluster", folders: ["kind"], needsTools: true },
];

/** The sum of all tiers as the line that CI reads. */
export function closingLine(results: readonly TierResult[]): string {
    const sum = (pick: (result: TierResult) => number): number => results.reduce((total, result) => total + pick(result), 0);
    const skipped = sum((result) => result.skipped);
    const line = `${sum((result) => result.passed)} passed, ${sum((result) => result.failed)} failed`;
    return skipped > 0 ? `${line}, ${skipped} skipped` : line;
}

/** Exit status: a tier that ran nothing at all has not passed. */
export function exitStatus(results: readonly TierResult[]): number {
    const ranNothing = results.every((result) => result.passed + result.failed === 0);
    return ranNothing || results.some((result) => result.failed > 0) ? 1 : 0;
}

/** The tiers that a list of names asks for; all when it is empty. */
export function chooseTiers(names: readonly string[]): { readonly tiers: readonly Tier[]; readonly unknown: readonly string[] } {
    const unknown = names.filter((name) => !TIERS.some((tier) => tier.name === name));
    return { tiers: names.length === 0 ? TIERS : TIERS.filter((tier) => names.includes(tier.name)), unknown };
}
