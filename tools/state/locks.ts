import { existsSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { UserError } from "../../components/config/problems";

/** One lock of Pulumi's file backend. */
export interface StackLock {
    readonly path: string;
    readonly pid: number;
    readonly hostname: string;
}

/** Whether a lock's owner can still be at work. */
export function lockVerdict(lock: StackLock, host: string, alive: (pid: number) => boolean): "stale" | "held" {
    // A lock of another machine (a shared folder) cannot be judged from here: it counts as held.
    return lock.hostname === host && !alive(lock.pid) ? "stale" : "held";
}

/**
 * Removes the locks that killed runs left behind.
 * @returns how many there were
 * @throws UserError when a run is under way
 */
export function clearStaleLocks(stateDir: string, stack: string): number {
    const locks = readLocks(join(stateDir, ".pulumi", "locks", "organization", "hearth", stack));
    const held = locks.filter((lock) => lockVerdict(lock, hostname(), isAlive) === "held");
    const [holder] = held;
    if (holder !== undefined) {
        throw new UserError(`stack ${stack} is in use`, [
            {
                where: `process ${holder.pid} on ${holder.hostname}`,
                what: "is working on this stack",
                fix: `wait for it, or end it; if it is long gone, delete ${holder.path}`,
            },
        ]);
    }
    for (const { path } of locks) rmSync(path, { force: true });
    return locks.length;
}

function readLocks(folder: string): readonly StackLock[] {
    if (!existsSync(folder)) return [];
    return readdirSync(folder).flatMap((file) => {
        const path = join(folder, file);
        try {
            const lock = JSON.parse(readFileSync(path, "utf8")) as { pid?: unknown; hostname?: unknown };
            return [{ path, pid: Number(lock.pid), hostname: String(lock.hostname) }];
        } catch {
            // A lock that a kill cut off in the middle of being written has no owner to protect.
            return [{ path, pid: 0, hostname: hostname() }];
        }
    });
}

/** Whether there is a process of this id, whoever's it is. */
export function isAlive(pid: number): boolean {
    if (!Number.isSafeInteger(pid) || pid <= 0) return false;
    try {
        process.kill(pid, 0);
        return true;
    } catch (error) {
        return error instanceof Error && "code" in error && error.code === "EPERM";
    }
}
