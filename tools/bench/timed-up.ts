import { execFileSync } from "node:child_process";
import { createReadStream, rmSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { readState } from "../stack/recover";
import { criticalPath, type CriticalPath } from "./critical-path";
import { parseEvent, workOf, type SeenEvent } from "./engine-events";
import { MemoryWatch } from "./memory";
import type { ScratchCheckout } from "./scratch-checkout";

/** What a watched cold run showed. */
export interface TimedUp {
    /** Milliseconds. */
    readonly total: number;
    readonly path: CriticalPath;
    /** Resources that were made. */
    readonly resources: number;
    /** Highest memory of everything that took part, in MiB; undefined where the system does not tell. */
    readonly peakMiB: number | undefined;
}

/** One cold `up` with the engine's events read as they come: the event log itself has whole seconds only. */
export async function timedUp(checkout: ScratchCheckout, stack: string): Promise<TimedUp> {
    const pipe = join(checkout.folder, ".bench-events");
    execFileSync("mkfifo", [pipe]);
    const started = Date.now();
    const events: SeenEvent[] = [];
    const log = createReadStream(pipe);
    createInterface({ input: log }).on("line", (line) => {
        const event = parseEvent(line);
        if (event !== undefined) events.push({ at: Date.now() - started, event });
    });
    const memory = new MemoryWatch([checkout.folder]);
    try {
        const result = await checkout.run(["up", "--stack", stack, "--", "--event-log", pipe]);
        const total = Date.now() - started;
        if (result.status !== 0) throw new Error(`up failed:\n${result.stdout}\n${result.stderr}`);
        const state = readState(checkout.folder, stack);
        if (state === undefined) throw new Error("up left no state");
        return {
            total,
            path: criticalPath(workOf(events, state, total)),
            resources: state.deployment.resources?.length ?? 0,
            peakMiB: memory.stop(),
        };
    } finally {
        memory.stop();
        log.destroy();
        rmSync(pipe, { force: true });
    }
}
