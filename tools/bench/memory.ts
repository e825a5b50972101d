import { readFileSync, readdirSync } from "node:fs";

const INTERVAL_MS = 100;

/** Watches how much memory a set of processes holds together; Linux only. */
export class MemoryWatch {
    private peakKiB = 0;
    private readonly timer: NodeJS.Timeout;

    /** @param marks texts of which each process' environment or command line has at least one */
    public constructor(private readonly marks: readonly string[]) {
        this.timer = setInterval(() => this.look(), INTERVAL_MS);
    }

    /** @returns the highest sum that was seen, in MiB; undefined where the system does not tell */
    public stop(): number | undefined {
        clearInterval(this.timer);
        return this.peakKiB === 0 ? undefined : this.peakKiB / 1024;
    }

    private look(): void {
        const sum = processes()
            .filter((pid) => this.marks.some((mark) => belongs(pid, mark)))
            .reduce((total, pid) => total + proportionalKiB(pid), 0);
        this.peakKiB = Math.max(this.peakKiB, sum);
    }
}

function processes(): readonly string[] {
    try {
        return readdirSync("/proc").filter((name) => /^\d+$/.test(name));
    } catch {
        return [];
    }
}

function belongs(pid: string, mark: string): boolean {
    return read(`/proc/${pid}/environ`).includes(mark) || read(`/proc/${pid}/cmdline`).includes(mark);
}

/** Pages that several processes share count once in all, a part for each. */
function proportionalKiB(pid: string): number {
    return Number(/^Pss:\s+(\d+) kB/m.exec(read(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0);
}

function read(path: string): string {
    try {
        return readFileSync(path, "utf8");
    } catch {
        // The process has ended, or belongs to somebody else.
        return "";
    }
}
