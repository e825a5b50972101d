import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { cacheDir } from "../config/paths";
import { checksum } from "../core/hash";

/** Images that reach a Kind cluster's nodes without a registry. */
export interface ImagePlan {
    /**
     * Archives (`*.tar`, `*.tar.gz`), and folders of them. A path that begins with `cache:` is below Hearth's cache,
     * so that it is the same in every user's state.
     */
    readonly archives: readonly string[];
    /** References in the container engine's own store. */
    readonly hostImages: readonly string[];
    /** Changes when an archive does; holds no path. */
    readonly fingerprint: string;
}

/** What tells one archive from another without reading it. */
export interface ArchiveFacts {
    readonly name: string;
    /** Bytes. */
    readonly size: number;
    /** Milliseconds since 1970. */
    readonly modified: number;
}

/** Extension of an image archive. */
const ARCHIVE = /\.tar(\.gz)?$/;

/** Checksum over archives in any order. Where they lie does not count: they may be moved. */
export function archivesFingerprint(facts: readonly ArchiveFacts[], hostImages: readonly string[]): string {
    const rows = facts.map(({ name, size, modified }) => `${name} ${size} ${modified}`);
    return checksum({ archives: rows.sort(), hostImages: [...hostImages].sort() });
}

/** The plan for a list of archives and folders; those that are missing count as empty, the script then names them. */
export function readImagePlan(archives: readonly string[], hostImages: readonly string[] = []): ImagePlan {
    return { archives, hostImages, fingerprint: archivesFingerprint(archives.flatMap(archiveFacts), hostImages) };
}

/** True when there is anything to load. */
export function hasImages(plan: ImagePlan): boolean {
    return plan.archives.length > 0 || plan.hostImages.length > 0;
}

function archiveFacts(path: string): readonly ArchiveFacts[] {
    const resolved = path.startsWith("cache:") ? join(cacheDir(), path.slice("cache:".length)) : path;
    const stat = statSync(resolved, { throwIfNoEntry: false });
    if (stat === undefined) return [];
    if (!stat.isDirectory()) return [facts(resolved)];
    return readdirSync(resolved)
        .filter((name) => ARCHIVE.test(name))
        .map((name) => facts(join(resolved, name)));
}

function facts(path: string): ArchiveFacts {
    const { size, mtimeMs } = statSync(path);
    return { name: path.slice(path.lastIndexOf("/") + 1), size, modified: Math.trunc(mtimeMs) };
}
