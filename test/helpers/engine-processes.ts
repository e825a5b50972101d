import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** One process of this machine. */
export interface Process {
    readonly pid: number;
    readonly parent: number;
    /** Program and arguments, separated by spaces. */
    readonly args: string;
}

/** Every process of this machine that still runs. */
export function allProcesses(): readonly Process[] {
    const { stdout } = spawnSync("ps", ["-axww", "-o", "pid=,ppid=,stat=,args="], { encoding: "utf8" });
    return stdout.split("\n").flatMap((line) => {
        const [, pid, parent, stat = "", args = ""] = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line) ?? [];
        // A zombie only waits for init to notice its end.
        return pid === undefined || stat.startsWith("Z") ? [] : [{ pid: Number(pid), parent: Number(parent), args }];
    });
}

/**
 * The processes that have to do with a folder: it is among their arguments or, where /proc tells them, their variables.
 * Whatever a run starts inherits its variables, also when it outlives the run.
 */
export function processesOf(folder: string, all: readonly Process[] = allProcesses()): readonly Process[] {
    return all.filter(
        ({ pid, args }) => pid !== process.pid && (args.includes(folder) || variables(pid).includes(folder)),
    );
}

/** A process with everything that it started, and what those started. */
export function treeOf(root: number, all: readonly Process[] = allProcesses()): readonly Process[] {
    const children = all.filter(({ parent }) => parent === root).flatMap(({ pid }) => treeOf(pid, all));
    return [...all.filter(({ pid }) => pid === root), ...children];
}

/** Kills processes, those that have ended meanwhile excepted. */
export function killAll(processes: readonly Pick<Process, "pid">[]): void {
    for (const { pid } of processes) {
        try {
            process.kill(pid, "SIGKILL");
        } catch {
            // It has just ended.
        }
    }
}

/** Collects the arguments of all processes of a folder for as long as an action runs. */
export async function watchArguments<T>(
    folder: string,
    action: () => Promise<T>,
): Promise<{ readonly result: T; readonly seen: ReadonlySet<string> }> {
    const seen = new Set<string>();
    const timer = setInterval(() => {
        for (const { args } of processesOf(folder)) seen.add(args);
    }, 150);
    try {
        return { result: await action(), seen };
    } finally {
        clearInterval(timer);
    }
}

function variables(pid: number): string {
    try {
        return readFileSync(`/proc/${pid}/environ`, "utf8");
    } catch {
        // Another user's, just ended, or a system without /proc.
        return "";
    }
}
