import { existsSync, readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { checksum, sha256 } from "../../components/core/hash";
import type { Platform } from "./platform";
import type { GoModule, Release } from "./tool-spec";

/** Environment of every build. Go's cache of compiled packages depends on it, so a change costs a full build. */
export const GO_ENVIRONMENT = {
    CGO_ENABLED: "0",
    GOFLAGS: "-trimpath -buildvcs=false -mod=readonly",
    // A go.work above the checkout is none of our business.
    GOWORK: "off",
} as const;

/**
 * Flags of every build. Nothing reads debug information, which the linker would leave out anyway: not to make it spares
 * the compiler a fifth of its time (64 s of processor time become 51 s for the largest package of all, with Go 1.26).
 */
export const GO_FLAGS: readonly string[] = ["-gcflags=all=-dwarf=false"];

/** Key of what a release of a tool is. */
export function releaseKey(release: Release, platform: Platform): string {
    return checksum(["release", release, platform]);
}

/**
 * Key of what a build gives: the module's files, flags and platform. Go's own version is not part of it: an upgrade of
 * Go would cost twenty minutes for the same programs, and without Go nothing could be found in the cache.
 */
export function buildKey(
    project: string,
    { folder, packages, ldflags, multiCall, amended }: GoModule,
    platform: Platform,
): string {
    const files = moduleFiles(project, folder).map((file) => [
        file,
        contentHash(join(moduleDir(project, folder), file)),
    ]);
    const parts = ["build", files, packages, ldflags, multiCall ?? "", GO_ENVIRONMENT, GO_FLAGS, platform];
    return checksum(amended === undefined ? parts : [...parts, amended]);
}

/**
 * Key of a stand-in: the sources of all of them, which share code, the packages that are bundled with them, and what
 * starts them.
 */
export function standInKey(project: string, folder: string): string {
    return checksum([
        "stand-in",
        folder,
        sourceHashes(project, join("tools", "plugins")),
        startHashes(project),
        lockfileHash(project),
    ]);
}

function startHashes(project: string): readonly string[] {
    const files = [join("tools", "install", "stand-in.ts"), join("tools", "code-cache.js")];
    return files.map((file) => join(project, file)).map((path) => (existsSync(path) ? contentHash(path) : ""));
}

/** Hashes of everything in the checkout that decides which tools a run gets. */
export function definitionHash(project: string): string {
    return checksum([
        contentHash(join(project, "tools", "registry.ts")),
        contentHash(join(project, "tools", "test-programs.ts")),
        // Versions of the programs that tests run.
        contentHash(join(project, "components", "config", "registry.json")),
        sourceHashes(project, join("tools", "install")),
        sourceHashes(project, join("tools", "modules")),
        sourceHashes(project, join("tools", "plugins")),
        startHashes(project),
        lockfileHash(project),
    ]);
}

/** Folder of a Go module. */
export function moduleDir(project: string, folder: string): string {
    return join(project, "tools", "modules", folder);
}

function moduleFiles(project: string, folder: string): readonly string[] {
    return readdirSync(moduleDir(project, folder), { recursive: true, encoding: "utf8" })
        .filter((file) => /\.go$|^go\.(mod|sum)$/.test(file))
        .sort();
}

function sourceHashes(project: string, folder: string): readonly (readonly [string, string])[] {
    const path = join(project, folder);
    if (!existsSync(path)) return [];
    return readdirSync(path, { recursive: true, encoding: "utf8" })
        .filter((file) => statSync(join(path, file)).isFile())
        .sort()
        .map((file) => [file, contentHash(join(path, file))] as const);
}

function lockfileHash(project: string): string {
    return contentHash(join(project, "package-lock.json"));
}

function contentHash(path: string): string {
    return sha256(readFileSync(path));
}
