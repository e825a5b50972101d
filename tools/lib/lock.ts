import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import lockfile from "proper-lockfile";

export interface LockOptions {
    /** What is done under the lock, for whoever waits: "installing the tools". */
    readonly what: string;
    /** Takes one line when somebody else holds the lock. */
    readonly report: (line: string) => void;
    /** Milliseconds after which the lock of a process that was killed counts as left behind. Default 10 s. */
    readonly stale?: number;
    /** Milliseconds between attempts. Default 500. */
    readonly poll?: number;
}

/** Who holds a lock. */
export interface Holder {
    readonly pid: number;
    readonly host: string;
    readonly what: string;
    /** ISO 8601. */
    readonly since: string;
}

/** The line that a waiting run shows. */
export function waitingLine(holder: Holder | undefined): string {
    if (holder === undefined) return "waiting for another run";
    const { pid, host, what, since } = holder;
    return `waiting for process ${pid} on ${host}, ${what} since ${since}`;
}

/**
 * Runs `action` while no other process does something under the lock of the same path. A holder that was killed
 * blocks nobody for longer than `stale`. What is done under the lock must still be safe when two do it (a laptop
 * that slept loses its lock): make things elsewhere and rename them into place.
 */
export async function withLock<T>(path: string, options: LockOptions, action: () => Promise<T>): Promise<T> {
    mkdirSync(dirname(path), { recursive: true });
    const release = await acquire(path, options);
    const note = holderFile(path);
    try {
        const holder: Holder = {
            pid: process.pid,
            host: hostname(),
            what: options.what,
            since: new Date().toISOString(),
        };
        writeFileSync(note, JSON.stringify(holder));
        return await action();
    } finally {
        rmSync(note, { force: true });
        await release();
    }
}

async function acquire(
    path: string,
    { report, stale = 10_000, poll = 500 }: LockOptions,
): Promise<() => Promise<void>> {
    let shown = "";
    for (;;) {
        try {
            const release = await lockfile.lock(path, { realpath: false, stale, onCompromised: () => undefined });
            // Refuses a lock that was lost meanwhile; then there is nothing to release.
            return () => release().catch(() => undefined);
        } catch (error) {
            if (!(error instanceof Error && "code" in error && error.code === "ELOCKED")) throw error;
        }
        const line = waitingLine(readHolder(path));
        if (line !== shown) report(line);
        shown = line;
        await sleep(poll);
    }
}

function readHolder(path: string): Holder | undefined {
    try {
        return JSON.parse(readFileSync(holderFile(path), "utf8")) as Holder;
    } catch {
        // Not written yet, or just being removed.
        return undefined;
    }
}

function holderFile(path: string): string {
    return `${path}.holder`;
}
