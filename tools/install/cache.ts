import { randomBytes } from "node:crypto";
import {
    chmodSync,
    existsSync,
    mkdirSync,
    readFileSync,
    readdirSync,
    renameSync,
    rmSync,
    symlinkSync,
    writeFileSync,
} from "node:fs";
import { join } from "node:path";
import type { Origin } from "./tool-set";

/** A tool in the cache. */
export interface CachedTool {
    readonly origin: Origin;
    readonly files: Readonly<Record<string, string>>;
}

/** Which folder of the cache a tool has. */
export interface Slot {
    readonly name: string;
    readonly version: string;
    /** Hash of everything that decides its contents. */
    readonly key: string;
    readonly binaries: readonly string[];
}

const MANIFEST = "tool.json";
const PARTIAL = ".partial-";

/**
 * The folder of installed tools, one subfolder each. A subfolder appears by a rename when it is finished, so whatever
 * is there is whole: an interrupted installation leaves nothing but a `.partial-` folder, which the next one removes.
 */
export class ToolCache {
    public constructor(public readonly folder: string) {}

    /** Folder that a tool has when it is there. */
    public pathOf({ name, version, key }: Omit<Slot, "binaries">): string {
        return join(this.folder, `${name}-${version}-${key}`);
    }

    /** The tool, unless it is not there or somebody has taken files out of it. */
    public find(slot: Slot): CachedTool | undefined {
        const folder = this.pathOf(slot);
        const origin = readOrigin(join(folder, MANIFEST));
        const files = slot.binaries.map((binary) => [binary, join(folder, binary)] as const);
        if (origin === undefined || !files.every(([, file]) => existsSync(file))) return undefined;
        return { origin, files: Object.fromEntries(files) };
    }

    /**
     * Has `fill` put a tool's binaries into an empty folder and makes that the tool's own. Nothing is left of it when
     * `fill` fails. When another run was faster, its result counts.
     */
    public async place(slot: Slot, origin: Origin, fill: (folder: string) => Promise<void>): Promise<CachedTool> {
        const unique = `${process.pid}-${randomBytes(4).toString("hex")}`;
        const partial = join(this.folder, `${PARTIAL}${unique}`);
        mkdirSync(partial, { recursive: true });
        try {
            await fill(partial);
            for (const binary of slot.binaries) chmodSync(join(partial, binary), 0o755);
            const { name, version } = slot;
            writeFileSync(join(partial, MANIFEST), `${JSON.stringify({ name, version, origin })}\n`);
            this.publish(partial, slot);
        } finally {
            rmSync(partial, { recursive: true, force: true });
        }
        const placed = this.find(slot);
        if (placed === undefined) throw new Error(`${this.pathOf(slot)} is not whole`);
        return placed;
    }

    /** Removes what killed runs left behind. */
    public removeAbandoned(): void {
        if (!existsSync(this.folder)) return;
        for (const entry of readdirSync(this.folder)) {
            const pid = new RegExp(`^\\${PARTIAL}(\\d+)-`).exec(entry)?.[1];
            if (pid !== undefined && !isAlive(Number(pid))) {
                rmSync(join(this.folder, entry), { recursive: true, force: true });
            }
        }
    }

    private publish(partial: string, slot: Slot): void {
        const final = this.pathOf(slot);
        try {
            renameSync(partial, final);
        } catch (error) {
            if (!(
                error instanceof Error &&
                "code" in error &&
                (error.code === "ENOTEMPTY" || error.code === "EEXIST")
            )) {
                throw error;
            }
            if (this.find(slot) !== undefined) return;
            rmSync(final, { recursive: true, force: true });
            renameSync(partial, final);
        }
    }
}

/** Makes all names links to one binary in the same folder. */
export function linkNames(folder: string, names: readonly string[], target: string): void {
    for (const name of names) symlinkSync(target, join(folder, name));
}

function readOrigin(path: string): Origin | undefined {
    try {
        const { origin } = JSON.parse(readFileSync(path, "utf8")) as { readonly origin?: Origin };
        return origin;
    } catch {
        return undefined;
    }
}

function isAlive(pid: number): boolean {
    try {
        process.kill(pid, 0);
        return true;
    } catch (error) {
        return error instanceof Error && "code" in error && error.code === "EPERM";
    }
}
