import { closeSync, openSync, readSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
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

/** Milliseconds between looks at the event log, and so the error of a moment. */
const LOOK_MS = 5;

/** One cold `up` with the engine's events read as they come: the event log itself has whole seconds only. */
export async function timedUp(checkout: ScratchCheckout, stack: string): Promise<TimedUp> {
    const path = join(checkout.folder, ".bench-events");
    writeFileSync(path, "");
    const started = Date.now();
    const events: SeenEvent[] = [];
    const log = new Tail(path, (line) => {
        const event = parseEvent(line);
        if (event !== undefined) events.push({ at: Date.now() - started, event });
    });
    const memory = new MemoryWatch([checkout.folder]);
    try {
        const result = await checkout.run(["up", "--stack", stack, "--", "--event-log", path]);
        const total = Date.now() - started;
        if (result.status !== 0) throw new Error(`up failed:\n${result.stdout}\n${result.stderr}`);
        log.look();
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
        log.stop();
        rmSync(path, { force: true });
    }
}

/** Reads a file as it grows, line by line. A pipe would block its reader when nobody opens it to write. */
class Tail {
    private readonly file: number;
    private readonly timer: NodeJS.Timeout;
    private rest = "";

    public constructor(
        path: string,
        private readonly take: (line: string) => void,
    ) {
        this.file = openSync(path, "r");
        this.timer = setInterval(() => this.look(), LOOK_MS);
    }

    public look(): void {
        const buffer = Buffer.alloc(2 ** 16);
        for (let read = readSync(this.file, buffer); read > 0; read = readSync(this.file, buffer)) {
            const lines = `${this.rest}${buffer.toString("utf8", 0, read)}`.split("\n");
            this.rest = lines.pop() ?? "";
            lines.forEach(this.take);
        }
    }

    public stop(): void {
        clearInterval(this.timer);
        closeSync(this.file);
    }
}
