import assert from "node:assert/strict";
import { spawnSync, type ChildProcess } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";

/** Whether a process runs. A zombie, which waits for init to notice its end, does not. */
export function isAlive(pid: number): boolean {
    const state = spawnSync("ps", ["-o", "stat=", "-p", String(pid)], { encoding: "utf8" }).stdout.trim();
    return state !== "" && !state.startsWith("Z");
}

/** Whether a child of ours has ended, by itself or by a signal. */
export function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
    return exitCode !== null || signalCode !== null;
}

/** Waits for something to come to pass, and fails after `patience` milliseconds. */
export async function until(condition: () => boolean, patience = 8000): Promise<void> {
    const end = Date.now() + patience;
    while (!condition()) {
        assert.ok(Date.now() < end, "it did not come to pass");
        await sleep(20);
    }
}
