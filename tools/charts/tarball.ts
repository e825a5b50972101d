import { gzipSync } from "node:zlib";
import { Header } from "tar";
import type { ChartFiles } from "./nar";

/** Size of a tar record, which everything is padded to. */
const RECORD = 512;

/** The byte of gzip's header that names the system it was written on (RFC 1952), and its value for "unknown". */
const GZIP_OS = { at: 9, unknown: 255 } as const;

/**
 * Files of a chart as an archive that Helm reads. Equal files give equal bytes (with the same zlib): sorted, with fixed
 * times and owners, in a folder of the chart's name.
 * @throws Error when a path is too long for a plain tar header
 */
export function chartTarball(name: string, files: ChartFiles): Buffer {
    const sorted = [...files].sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    const entries = sorted.flatMap(([path, content]) => entry(`${name}/${path}`, content));
    // Two empty records end an archive.
    const archive = gzipSync(Buffer.concat([...entries, Buffer.alloc(2 * RECORD)]), { level: 9 });
    archive[GZIP_OS.at] = GZIP_OS.unknown;
    return archive;
}

function entry(path: string, content: Uint8Array): readonly Uint8Array[] {
    const header = Buffer.alloc(RECORD);
    const fields = {
        path,
        mode: 0o644,
        size: content.length,
        uid: 0,
        gid: 0,
        mtime: new Date(0),
        type: "File",
    } as const;
    if (new Header(fields).encode(header)) throw new Error(`${path} does not fit into a plain tar header`);
    return [header, content, Buffer.alloc((RECORD - (content.length % RECORD)) % RECORD)];
}
