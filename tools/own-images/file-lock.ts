import lockfile from "proper-lockfile";

/** A lock that its owner has not renewed for so long belongs to a process that was killed. */
const STALE_MS = 20_000;

/** How often a waiting run looks whether the other one is done. */
const WAIT_MS = 1000;

/** Runs `action` while no other process of this machine runs one under the lock of the same path. */
export async function withFileLock<T>(
    path: string,
    report: (line: string) => void,
    action: () => Promise<T>,
): Promise<T> {
    let release = await tryLock(path);
    if (release === undefined) report("another run is building the same; waiting for it");
    while (release === undefined) {
        await new Promise((resolve) => setTimeout(resolve, WAIT_MS));
        release = await tryLock(path);
    }
    try {
        return await action();
    } finally {
        await release();
    }
}

async function tryLock(path: string): Promise<(() => Promise<void>) | undefined> {
    try {
        return await lockfile.lock(path, { realpath: false, stale: STALE_MS });
    } catch (error) {
        if (error instanceof Error && "code" in error && error.code === "ELOCKED") return undefined;
        throw error;
    }
}
