import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { hostname } from "node:os";
import { basename, join } from "node:path";
import { UserError } from "../../components/config/problems";

/** One lock of Pulumi's file backend. */
export interface StackLock {
    readonly path: string;
    readonly pid: number;
    readonly hostname: string;
}

const ATTRIBUTES = ".attrs";

/**
 * Whether a lock's owner can still be at work.
 * @param program as `programOf`
 */
export function lockVerdict(
    lock: StackLock,
    host: string,
    program: (pid: number) => string | undefined,
): "stale" | "held" {
    // A lock of another machine (a shared folder) cannot be judged from here: it counts as held.
    if (lock.hostname !== host) return "held";
    // Ids are given out anew: after a restart of the machine the owner's may be anybody's.
    return program(lock.pid) === "pulumi" ? "held" : "stale";
}

/**
 * Removes the locks that killed runs left behind.
 * @returns how many there were
 * @throws UserError when a run is under way
 */
export function clearStaleLocks(stateDir: string, stack: string): number {
    const locks = readLocks(join(stateDir, ".pulumi", "locks", "organization", "hearth", stack));
    const held = locks.filter((lock) => lockVerdict(lock, hostname(), programOf) === "held");
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
    for (const path of locks.flatMap((lock) => [lock.path, lock.path + ATTRIBUTES])) rmSync(path, { force: true });
    return locks.length;
}

function readLocks(folder: string): readonly StackLock[] {
    if (!existsSync(folder)) return [];
    // Beside each lock the backend keeps a file of attributes.
    const files = readdirSync(folder).filter((file) => !file.endsWith(ATTRIBUTES));
    return files.map((file) => {
        const path = join(folder, file);
        try {
            const lock = JSON.parse(readFileSync(path, "utf8")) as { pid?: unknown; hostname?: unknown };
            return { path, pid: Number(lock.pid), hostname: String(lock.hostname) };
        } catch {
            // A lock that a kill cut off in the middle of being written has no owner to protect.
            return { path, pid: 0, hostname: hostname() };
        }
    });
}

/**
 * Name of the program that a process runs; undefined when there is none, or only what is left of one until its parent
 * takes note of its end, which in a container without an init may never be.
 */
export function programOf(pid: number): string | undefined {
    if (!Number.isSafeInteger(pid) || pid <= 0) return undefined;
    const [state, program] = existsSync("/proc/self") ? fromProc(pid) : fromPs(pid);
    return state.startsWith("Z") ? undefined : basename(program);
}

type StateAndProgram = readonly [state: string, program: string];

const NONE: StateAndProgram = ["Z", ""];

function fromProc(pid: number): StateAndProgram {
    try {
        const [, program = "", state = "Z"] = /\((.*)\) (\S)/s.exec(readFileSync(`/proc/${pid}/stat`, "utf8")) ?? [];
        return [state, program];
    } catch {
        return NONE;
    }
}

function fromPs(pid: number): StateAndProgram {
    const { stdout } = spawnSync("ps", ["-o", "stat=,comm=", "-p", String(pid)], { encoding: "utf8" });
    const [, state, program] = /^(\S+)\s+(.+)$/.exec(stdout.trim()) ?? [];
    return state === undefined || program === undefined ? NONE : [state, program];
}
