import { readFileSync } from "node:fs";
import { join } from "node:path";
import { modeOf } from "../../components/config/resolve";
import type { Result } from "../lib/process";
import { readPlan } from "../stack/plan";
import { hearthSettings } from "../stack/stack-file";
import type { CriticalPath } from "./critical-path";
import { figure, figureLine, type Figure } from "./figure";
import { goalsOf, type Goals } from "./goals";
import { programConfig, programLoad } from "./program-load";
import { ScratchCheckout } from "./scratch-checkout";
import { timedUp, type TimedUp } from "./timed-up";
import { timedWatch } from "./timed-watch";

const SIMULATED = { cluster: "kwok", charts: "stand-in" } as const;

type Report = (line: string) => void;

/** Measures a stack on the simulated cluster, in a copy of the checkout. */
export async function benchPlatform(
    project: string,
    stack: string,
    runs: number,
    report: Report,
): Promise<readonly Figure[]> {
    const checkout = await ScratchCheckout.of(project);
    try {
        checkout.configure(stack, SIMULATED);
        // Tools, secrets and the launcher's cache are there in every run that is measured.
        await succeed(checkout, ["up", "--stack", stack]);
        await succeed(checkout, ["down", "--stack", stack]);
        const rounds: Round[] = [];
        for (let round = 1; round <= runs; round++) {
            report(`round ${round} of ${runs}`);
            rounds.push(await measure(checkout, stack));
        }
        const figures = figuresOf(rounds, goalsOf(modeOf(readPlan(checkout.folder, stack).file.settings)));
        report("");
        for (const each of figures) report(figureLine(each));
        const last = rounds.at(-1);
        if (last !== undefined) reportPath(last.up, report);
        return figures;
    } finally {
        await checkout.run(["down", "--stack", stack]);
        checkout.remove();
    }
}

interface Round {
    readonly up: TimedUp;
    /** Milliseconds. */
    readonly warm: number;
    readonly forced: number;
    readonly preview: number;
    readonly down: number;
    readonly load: number;
    /** One for each file that was saved under make watch; none where Argo CD delivers. */
    readonly watch: readonly number[];
}

async function measure(checkout: ScratchCheckout, stack: string): Promise<Round> {
    const up = await timedUp(checkout, stack);
    const again = ["up", "--stack", stack];
    const warm = await timed(() => succeed(checkout, again, /nothing has changed since the last run/));
    const file = `Pulumi.${stack}.yaml`;
    const settings = hearthSettings(file, readFileSync(join(checkout.folder, file), "utf8"));
    const load = await programLoad(checkout.folder, checkout.env, stack, programConfig(settings));
    // Controllers and simulated kubelets are busy with what is new for some seconds, which is no part of an unchanged up.
    const preview = await timed(() => succeed(checkout, ["preview", "--stack", stack], /\d+ unchanged/));
    const forced = await timed(() => succeed(checkout, [...again, "--force"], /\d+ unchanged/));
    const watch = await timedWatch(checkout, stack);
    const down = await timed(() => succeed(checkout, ["down", "--stack", stack]));
    return { up, warm, forced, preview, down, load, watch };
}

async function timed(action: () => Promise<unknown>): Promise<number> {
    const started = process.hrtime.bigint();
    await action();
    return Number(process.hrtime.bigint() - started) / 1e6;
}

/** @throws Error when the command fails, or does not say what it has to */
async function succeed(checkout: ScratchCheckout, args: readonly string[], says?: RegExp): Promise<Result> {
    const result = await checkout.run(args);
    const said = `${result.stdout}\n${result.stderr}`;
    if (result.status !== 0) throw new Error(`${args.join(" ")} failed:\n${said}`);
    if (says !== undefined && !says.test(said)) throw new Error(`${args.join(" ")} does not say ${says}:\n${said}`);
    return result;
}

function figuresOf(rounds: readonly Round[], goals: Goals): readonly Figure[] {
    const seconds = (pick: (round: Round) => number): readonly number[] => rounds.map((round) => pick(round) / 1000);
    const saved = rounds.flatMap(({ watch }) => watch.map((one) => one / 1000));
    const peaks = rounds.flatMap(({ up }) => (up.peakMiB === undefined ? [] : [up.peakMiB / 1024]));
    return [
        figure(
            "cold up",
            "s",
            seconds(({ up }) => up.total),
            goals.cold,
        ),
        figure(
            "unchanged up, warm",
            "s",
            seconds(({ warm }) => warm),
            goals.warm,
        ),
        figure(
            "unchanged up, --force",
            "s",
            seconds(({ forced }) => forced),
            goals.forced,
        ),
        figure(
            "preview without changes",
            "s",
            seconds(({ preview }) => preview),
            goals.preview,
        ),
        figure(
            "down",
            "s",
            seconds(({ down }) => down),
            goals.down,
        ),
        figure(
            "program load, Node's start to the first resource",
            "s",
            seconds(({ load }) => load),
            goals.load,
        ),
        figure(
            "cold up / its critical path",
            "times",
            rounds.map(({ up }) => up.total / up.path.duration),
            goals.toPath,
        ),
        ...(saved.length === 0
            ? []
            : [figure("make watch, from a saved file to the object in the cluster", "s", saved, goals.watch)]),
        ...(peaks.length === 0 ? [] : [figure("peak memory of a cold up", "GiB", peaks, goals.memoryGiB)]),
    ];
}

function reportPath({ path, total, resources }: TimedUp, report: Report): void {
    report(
        `\ncritical path of the last cold up (${seconds(path)} s of ${(total / 1000).toFixed(2)} s, ${resources} resources):`,
    );
    let end = 0;
    for (const { id, duration, start = end } of path.path) {
        // What comes before it is over, and it has not begun: the engine, the program or the processor was busy.
        const waited = start - end > 100 ? ` (waited ${((start - end) / 1000).toFixed(2)} s)` : "";
        report(`  ${(duration / 1000).toFixed(2).padStart(6)} s  ${id}${waited}`);
        end = start + duration;
    }
}

function seconds({ duration }: CriticalPath): string {
    return (duration / 1000).toFixed(2);
}
