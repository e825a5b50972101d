import { createHash } from "node:crypto";
import { createWriteStream, existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { UserError } from "../../components/config/problems";
import { fill, type Platform } from "./platform";
import type { Download, Release } from "./tool-spec";

/** Whether a release could be had; if not, why, as a few words for a person. */
export type ReleaseOutcome = { readonly got: true } | { readonly got: false; readonly because: string };

export interface ReleaseOptions {
    readonly platform: Platform;
    /** The user wants no downloads (HEARTH_OFFLINE=1). */
    readonly offline: boolean;
    /** Milliseconds until a server must have begun to answer. Default 5 s. */
    readonly answerWithin?: number;
    /** Milliseconds without a byte after which a download is given up. Default 20 s. */
    readonly stallWithin?: number;
}

/** A server answered, but not with the file. */
class Refused extends Error {}

/**
 * Fetches official releases. When the network does not answer at all it is not asked again, so that a machine without
 * internet loses seconds once, not per tool.
 */
export class Releases {
    private unreachable: string | undefined;

    public constructor(private readonly options: ReleaseOptions) {
        if (options.offline) this.unreachable = "HEARTH_OFFLINE is set";
    }

    /** No release will be had in this run. */
    public get closed(): boolean {
        return this.unreachable !== undefined;
    }

    /**
     * Puts a release's binaries into a folder.
     * @throws UserError when a file is not what the release says it is; nothing of it is run
     */
    public async install(
        { downloads, systems }: Release,
        folder: string,
        note: (text: string) => void = () => undefined,
    ): Promise<ReleaseOutcome> {
        const { os } = this.options.platform;
        if (systems !== undefined && !systems.includes(os))
            return { got: false, because: `there is no release for ${os}` };
        for (const download of downloads) {
            if (this.unreachable !== undefined) return { got: false, because: this.unreachable };
            try {
                await this.fetchOne(download, folder, note);
            } catch (error) {
                if (error instanceof UserError) throw error;
                const because = reasonOf(error);
                // Whoever answered once will do so again; a network that is not there will not.
                if (!(error instanceof Refused)) this.unreachable = because;
                return { got: false, because };
            }
        }
        return { got: true };
    }

    private async fetchOne(download: Download, folder: string, note: (text: string) => void): Promise<void> {
        const { platform } = this.options;
        const url = fill(download.url, download.version, platform);
        const file = basename(new URL(url).pathname);
        const published = digestsIn(await this.text(fill(download.checksums, download.version, platform)), file);
        const expected = published.find(({ length }) => length === 64 || (length === 40 && download.sha1 === true));
        if (expected === undefined) throw new Refused(`no checksum of ${file} is published`);
        const path = join(folder, file);
        const actual = await this.save(url, path, expected.length === 64 ? "sha256" : "sha1", note);
        if (actual !== expected) throw wrongChecksum(url, expected, actual);
        if (download.members === undefined) return;
        await extract(path, folder, membersOf(download, platform));
        rmSync(path);
    }

    private async text(url: string): Promise<string> {
        const response = await this.get(url);
        return response.text();
    }

    private async save(
        url: string,
        path: string,
        algorithm: "sha256" | "sha1",
        note: (text: string) => void,
    ): Promise<string> {
        const { stallWithin = 20_000 } = this.options;
        const abort = new AbortController();
        const response = await this.get(url, abort);
        if (response.body === null) throw new Refused(`${url} answers nothing`);
        const hash = createHash(algorithm);
        const total = Number(response.headers.get("content-length") ?? 0);
        let bytes = 0;
        const stalled = new Error(`${new URL(url).host} has stopped sending`);
        const watch = (): NodeJS.Timeout => setTimeout(() => abort.abort(stalled), stallWithin);
        let stall = watch();
        async function* watched(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
            for await (const chunk of source) {
                clearTimeout(stall);
                stall = watch();
                hash.update(chunk);
                bytes += chunk.length;
                note(downloadNote(bytes, total));
                yield chunk;
            }
        }
        try {
            await pipeline(Readable.from(watched(Readable.fromWeb(response.body))), createWriteStream(path));
        } finally {
            clearTimeout(stall);
        }
        return hash.digest("hex");
    }

    private async get(url: string, abort = new AbortController()): Promise<Response> {
        const { host, protocol } = new URL(url);
        const timer = setTimeout(
            () => abort.abort(new Error(`${host} does not answer`)),
            this.options.answerWithin ?? 5000,
        );
        try {
            const response = await fetch(url, { signal: abort.signal });
            if (!response.ok) throw new Refused(`${host} answers ${response.status}`);
            // A redirection must not leave TLS.
            if (new URL(response.url).protocol !== protocol) throw new Refused(`${host} redirects to ${response.url}`);
            return response;
        } finally {
            clearTimeout(timer);
        }
    }
}

/** Digests of a file in what `sha256sum` prints (`<hex>  [./]<file>`), or the only one of a text that is just that. */
export function digestsIn(text: string, file: string): readonly string[] {
    const lines = text
        .split("\n")
        .map((line) => line.trim())
        .filter((line) => line !== "");
    const [only] = lines;
    if (lines.length === 1 && only !== undefined && /^[0-9a-f]+$/i.test(only)) return [only.toLowerCase()];
    return lines.flatMap((line) => {
        const [, digest, name] = /^([0-9a-f]+)\s+\*?(?:\.\/)?(\S+)$/i.exec(line) ?? [];
        return digest !== undefined && name === file ? [digest.toLowerCase()] : [];
    });
}

function membersOf({ members = {}, version }: Download, platform: Platform): ReadonlyMap<string, string> {
    return new Map(Object.entries(members).map(([path, binary]) => [fill(path, version, platform), binary]));
}

/** Takes some files out of an archive; nothing else of it is even written. */
async function extract(archive: string, folder: string, members: ReadonlyMap<string, string>): Promise<void> {
    const tar = await import("tar");
    const into = join(folder, ".extracted");
    mkdirSync(into);
    const inner = (path: string): string => path.replace(/^\.\//, "");
    await tar.extract({
        file: archive,
        cwd: into,
        filter: (path, entry) => "type" in entry && entry.type === "File" && members.has(inner(path)),
    });
    for (const [path, binary] of members) {
        if (existsSync(join(into, path))) renameSync(join(into, path), join(folder, binary));
    }
    rmSync(into, { recursive: true });
}

function downloadNote(bytes: number, total: number): string {
    const mib = (count: number): string => `${Math.round(count / 2 ** 20)}`;
    return total > 0 ? `${mib(bytes)} of ${mib(total)} MiB` : `${mib(bytes)} MiB`;
}

function wrongChecksum(url: string, expected: string, actual: string): UserError {
    return new UserError("a download is not what its publisher says it is", [
        {
            where: url,
            what: `its checksum must be ${expected}, and is ${actual}; it was deleted`,
            fix: "run again; if it stays so, somebody changes files on the way here: set HEARTH_OFFLINE=1 to build instead",
        },
    ]);
}

/** `fetch` says "fetch failed" and hides the reason in its cause. */
function reasonOf(error: unknown): string {
    if (!(error instanceof Error)) return String(error);
    return error.cause instanceof Error ? error.cause.message : error.message;
}
