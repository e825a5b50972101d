import { Parser, type ReadEntry } from "tar";
import type { ChartFiles } from "./nar";

/** Why an archive is not a chart; the caller adds which archive. */
export class ArchiveError extends Error {
    public override readonly name = "ArchiveError";
}

/** Unpacked bytes above which an archive is refused: ten times the largest chart in the registry. */
const MAX_UNPACKED = 64 * 1024 * 1024;

const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/**
 * The files of a chart archive (gzipped tar) as `helm pull --untar` would write them: without the leading folder,
 * without byte order marks. Nothing is written to disk.
 * @throws ArchiveError when it is no such archive, or has entries that no chart has (links, paths that climb out)
 */
export async function readChartArchive(archive: Uint8Array): Promise<ChartFiles> {
    const files = new Map<string, Uint8Array>();
    let unpacked = 0;
    await new Promise<void>((resolve, reject) => {
        const parser = new Parser({ strict: true });
        const refuse = (problem: string): void => {
            reject(new ArchiveError(problem));
            parser.abort(new Error(problem));
        };
        parser.on("entry", (entry: ReadEntry) => {
            const parts: Buffer[] = [];
            const path = innerPath(entry.path);
            if (entry.type === "Directory") {
                entry.resume();
                return;
            }
            if (entry.type !== "File" && entry.type !== "OldFile")
                return refuse(`${entry.path} is a ${entry.type}, not a file`);
            if (path === undefined) return refuse(`${entry.path} is not a path inside one folder`);
            entry.on("data", (part: Buffer) => {
                unpacked += part.length;
                if (unpacked > MAX_UNPACKED) return refuse(`it unpacks to more than ${MAX_UNPACKED} bytes`);
                parts.push(part);
            });
            entry.on("end", () => files.set(path, withoutMark(Buffer.concat(parts))));
        });
        parser.on("end", () => resolve());
        parser.on("error", (error: Error) => reject(new ArchiveError(error.message)));
        parser.end(Buffer.from(archive));
    });
    if (!files.has("Chart.yaml")) throw new ArchiveError("it has no Chart.yaml in its first folder");
    return files;
}

/** The path below an archive's leading folder; undefined when it does not stay there. */
function innerPath(path: string): string | undefined {
    const [, ...parts] = path.split("/");
    const climbs =
        path.startsWith("/") ||
        path.includes("\\") ||
        parts.some((part) => part === "" || part === "." || part === "..");
    return parts.length === 0 || climbs ? undefined : parts.join("/");
}

function withoutMark(content: Buffer): Buffer {
    return content.subarray(0, 3).equals(BYTE_ORDER_MARK) ? content.subarray(3) : content;
}
