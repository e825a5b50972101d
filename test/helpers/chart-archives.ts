import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { create } from "tar";

/** A folder that is gone after the test. */
export function withFolder<T>(use: (folder: string) => T | Promise<T>): Promise<T> {
    const folder = mkdtempSync(join(tmpdir(), "hearth-charts-"));
    return Promise.resolve(use(folder)).finally(() => rmSync(folder, { recursive: true, force: true }));
}

/** Writes files, with the folders on their way. */
export function writeFiles(folder: string, files: Readonly<Record<string, string | Uint8Array>>): void {
    for (const [path, content] of Object.entries(files)) {
        mkdirSync(dirname(join(folder, path)), { recursive: true });
        writeFileSync(join(folder, path), content);
    }
}

export interface ArchiveOptions {
    /** Modification time of the entries: what makes two archives of the same files differ. */
    readonly mtime?: Date;
}

/** A gzipped tar of a folder's entries, as Helm's archives are. */
export function packFolder(
    folder: string,
    entries: readonly string[],
    { mtime = new Date(0) }: ArchiveOptions = {},
): Buffer {
    const file = join(mkdtempSync(join(tmpdir(), "hearth-archive-")), "archive.tgz");
    try {
        create({ file, cwd: folder, gzip: true, sync: true, mtime }, [...entries]);
        return readFileSync(file);
    } finally {
        rmSync(dirname(file), { recursive: true, force: true });
    }
}

/** The archive of a small chart. */
export function chartArchive(
    name: string,
    version: string,
    files: Readonly<Record<string, string>> = {},
    options: ArchiveOptions = {},
): Buffer {
    const folder = mkdtempSync(join(tmpdir(), "hearth-chart-"));
    try {
        const all = { "Chart.yaml": `apiVersion: v2\nname: ${name}\nversion: ${version}\n`, ...files };
        writeFiles(join(folder, name), all);
        return packFolder(folder, [name], options);
    } finally {
        rmSync(folder, { recursive: true, force: true });
    }
}
