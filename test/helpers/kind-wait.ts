import { setTimeout as sleep } from "node:timers/promises";

/** Between two looks. */
const PAUSE_MS = 500;

/** How long something may take that a program does within seconds: images start slowly on a busy machine. */
const PATIENCE_MS = 180_000;

/**
 * Looks again and again until something is there. A look that fails counts as one that saw nothing.
 * @throws Error that tells what was waited for and how the last look ended
 */
export async function eventually<T>(
    what: string,
    look: () => Promise<T | undefined>,
    patience = PATIENCE_MS,
): Promise<T> {
    const end = Date.now() + patience;
    for (;;) {
        let seen: string;
        try {
            const found = await look();
            if (found !== undefined) return found;
            seen = "it was not there";
        } catch (error) {
            seen = error instanceof Error ? error.message : String(error);
        }
        if (Date.now() > end) throw new Error(`waited ${patience / 1000} s in vain for ${what}; at last: ${seen}`);
        await sleep(PAUSE_MS);
    }
}

/** `minutes(5)` for mocha's timeouts. */
export function minutes(count: number): number {
    return count * 60_000;
}
