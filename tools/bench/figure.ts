import { formatSummary, summarize, type Summary } from "./statistics";

/** One measured figure and what was promised of it. */
export interface Figure {
    readonly name: string;
    readonly unit: string;
    readonly summary: Summary;
    /** The most that was promised, in the same unit. */
    readonly goal?: number;
}

/** A figure over several runs. */
export function figure(name: string, unit: string, values: readonly number[], goal?: number): Figure {
    return { name, unit, summary: summarize(values), ...(goal === undefined ? {} : { goal }) };
}

/** `cold up: median 21.30 s (20.90 to 22.10, 5 runs), goal 30.00 s: met` */
export function figureLine({ name, unit, summary, goal }: Figure): string {
    return `${name}: ${formatSummary(summary, unit, goal)}`;
}
