import { setTimeout as sleep } from "node:timers/promises";
import type { EngineStack, RunResult, Running } from "./engine-stack";

/** Milliseconds until something that `make watch` does must have come to pass, on a machine that has much else to do. */
const PATIENCE = 150_000;

/** `make watch` at work on a stack. */
export class WatchedStack {
    private readonly running: Running;

    public constructor(stack: EngineStack, ...args: readonly string[]) {
        this.running = stack.start("watch", ...args);
    }

    /** Everything that it has said so far. */
    public said(): string {
        return this.running.output();
    }

    /** How often it has said something. */
    public times(pattern: RegExp): number {
        return [...this.said().matchAll(new RegExp(pattern, "g"))].length;
    }

    /**
     * Does something, and waits until it has said what matches.
     * @returns what it has said since
     */
    public async after(action: () => void, pattern: RegExp): Promise<string> {
        const before = this.said().length;
        action();
        const end = Date.now() + PATIENCE;
        for (;;) {
            const since = this.said().slice(before);
            if (pattern.test(since)) return since;
            if (Date.now() > end) throw new Error(`it did not say ${String(pattern)}, but:\n${since}`);
            await sleep(100);
        }
    }

    /** Does something, and waits as long as it would have taken to be seen. @returns what it has said since */
    public async quiet(action: () => void): Promise<string> {
        const before = this.said().length;
        action();
        await sleep(2000);
        return this.said().slice(before);
    }

    /** Ends it as Ctrl-C does. */
    public async interrupt(): Promise<RunResult> {
        process.kill(this.running.pid, "SIGINT");
        return this.running.ended;
    }
}
