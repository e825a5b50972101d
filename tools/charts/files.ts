import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/** A file's content; undefined when there is none. */
export function readIfThere(path: string): Buffer | undefined {
    try {
        return readFileSync(path);
    } catch {
        return undefined;
    }
}

/** Writes beside the file and renames, so that nobody ever reads half of it and an interrupted run leaves the old one. */
export function writeAtomically(path: string, content: string | Uint8Array): void {
    mkdirSync(dirname(path), { recursive: true });
    const draft = `${path}.${process.pid}.draft`;
    try {
        writeFileSync(draft, content);
        renameSync(draft, path);
    } catch (error) {
        rmSync(draft, { force: true });
        throw error;
    }
}
