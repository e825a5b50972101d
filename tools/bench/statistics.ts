/** A figure over several runs. */
export interface Summary {
    readonly runs: number;
    readonly min: number;
    readonly median: number;
    readonly max: number;
}

/** @throws Error when there are no values */
export function summarize(values: readonly number[]): Summary {
    const sorted = [...values].sort((a, b) => a - b);
    const [min] = sorted;
    const max = sorted.at(-1);
    if (min === undefined || max === undefined) throw new Error("a summary needs at least one value");
    const middle = Math.floor(sorted.length / 2);
    const upper = sorted[middle] ?? max;
    const median = sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
    return { runs: sorted.length, min, median, max };
}

/** `median 4.2 s (3.9 to 5.1, 5 runs)`, and the goal with whether it was met. */
export function formatSummary(summary: Summary, unit: string, goal?: number): string {
    const digits = (value: number): string => value.toFixed(2);
    const runs = summary.runs === 1 ? "1 run" : `${summary.runs} runs`;
    const text = `median ${digits(summary.median)} ${unit} (${digits(summary.min)} to ${digits(summary.max)}, ${runs})`;
    return goal === undefined
        ? text
        : `${text}, goal ${digits(goal)} ${unit}: ${summary.median <= goal ? "met" : "MISSED"}`;
}
