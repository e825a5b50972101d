import { UserError, type Problem } from "../../components/config/problems";
import { oneLine, type Cause } from "./causes/cause";
import type { Judgement, Verdict } from "./judge";

/** How many workloads a line names. */
const NAMED = 3;

/** What is left to wait for, without the time that has passed; two equal texts need not be printed twice. */
export function progressText(judgement: Pick<Judgement, "verdicts" | "causes">): string {
    const { verdicts } = judgement;
    const ready = verdicts.filter(({ state }) => state === "ready").length;
    const waiting = verdicts.flatMap((verdict) => {
        const text = waitsFor(verdict);
        return text === undefined ? [] : [`${verdict.workload}: ${text}`];
    });
    const stray = judgement.causes.map(({ brief }) => brief);
    const texts = [...waiting, ...stray];
    const more = texts.length > NAMED ? [`and ${texts.length - NAMED} more`] : [];
    const rest = texts.length === 0 ? "" : `; waiting for ${[...texts.slice(0, NAMED), ...more].join("; ")}`;
    return `${ready} of ${verdicts.length} workloads ready${rest}`;
}

/** A line of progress: `11 of 14 workloads ready (8 s); waiting for observability/loki: container loki not ready`. */
export function progressLine(text: string, seconds: number): string {
    const [head = "", ...rest] = text.split(";");
    return [`${head} (${Math.round(seconds)} s)`, ...rest].join(";");
}

function waitsFor(verdict: Verdict): string | undefined {
    if (verdict.state === "ready") return undefined;
    if (verdict.state === "progressing") return verdict.waitsFor;
    const worst = verdict.causes.find(({ definite }) => definite) ?? verdict.causes[0];
    return worst?.brief;
}

/** The gate's only line on standard output. It is kept in the state, so it depends on nothing but the number. */
export function readyLine(workloads: number): string {
    return workloads === 1 ? "1 workload is ready" : `${workloads} workloads are ready`;
}

/** The end of a gate that did not open. `logs` holds the last lines of the causes' containers, where there are any. */
export function notReady(causes: readonly Cause[], logs: ReadonlyMap<Cause, readonly string[]>): UserError {
    return new UserError(
        "the platform does not become ready",
        causes.map((cause) => withLog(cause, logs.get(cause))),
    );
}

function withLog({ problem }: Cause, lines: readonly string[] = []): Problem {
    if (lines.length === 0) return problem;
    const shown = lines.map((line) => `      | ${oneLine(line, 300)}`);
    return { ...problem, what: [`${problem.what}; its log ends with`, ...shown].join("\n") };
}

/** What to say when the namespaces hold nothing to wait for, although releases were made in them. */
export function nothingThere(namespaces: readonly string[]): UserError {
    return new UserError("the platform does not become ready", [
        {
            where: namespaces.length === 1 ? `namespace ${namespaces[0]}` : `namespaces ${namespaces.join(", ")}`,
            what: "there is no workload at all",
            fix: "if they were deleted, `pulumi refresh` notices and the next `make up` makes them again",
        },
    ]);
}
