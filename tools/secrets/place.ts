import { randomBytes } from "node:crypto";
import { existsSync, linkSync, renameSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";

/** A name beside a file for what will take its place; it keeps the extension, by which sops tells formats. */
export function temporaryFor(path: string): string {
    const unique = `${process.pid}-${randomBytes(4).toString("hex")}`;
    return join(dirname(path), `.${unique}.${basename(path)}`);
}

/**
 * Gives a finished temporary file its name unless that is taken, in one step: of two runs at once, one places its
 * file and both find it whole. The temporary file is gone afterwards.
 * @returns false when the name was taken
 */
export function placeOnce(temporary: string, path: string): boolean {
    try {
        // A link, unlike a rename, never replaces what is there.
        linkSync(temporary, path);
        return true;
    } catch (error) {
        const code = error instanceof Error && "code" in error ? error.code : undefined;
        if (code === "EEXIST") return false;
        // Some file systems (exFAT, mounts of virtual machines) have no hard links.
        if (code !== "EPERM" && code !== "ENOTSUP" && code !== "ENOSYS") throw error;
        if (existsSync(path)) return false;
        renameSync(temporary, path);
        return true;
    } finally {
        rmSync(temporary, { force: true });
    }
}
