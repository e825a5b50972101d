import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, cpSync, lstatSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, sep } from "node:path";
import { promisify } from "node:util";
import { UserError } from "../../components/config/problems";
import { narHash } from "../charts/nar";
import { BUILDER, MANIFEST, parseManifest, REGENERATE } from "./generated";
import { SOURCES } from "./recipe";

const run = promisify(execFile);

/** Where Nix reads the hashes, relative to the project. */
export const NIX_HASHES = "nix/collector-hashes.json";

/** Hashes that Nix wants to know before it fetches anything, in SRI form (`sha256-…=`). */
export interface NixHashes {
    readonly collector: {
        /** Of the modules that collector/src is built with, as `go mod vendor` lays them out. */
        readonly vendorHash: string;
    };
    readonly builder: {
        /** Of the builder's module, as the module proxy serves it. */
        readonly hash: string;
        /** Of its own modules. */
        readonly vendorHash: string;
    };
}

/** The hashes, or why they cannot be computed here. */
export type HashesResult = NixHashes | { readonly skipped: string };

/** The hashes that are committed. */
export function committedHashes(project: string): NixHashes {
    return JSON.parse(readFileSync(join(project, NIX_HASHES), "utf8")) as NixHashes;
}

/** The file's text. */
export function hashesText(hashes: NixHashes): string {
    return `${JSON.stringify(hashes, undefined, 4)}\n`;
}

/** Names of the hashes that differ: `builder.vendorHash`. */
export function differingHashes(is: NixHashes, shouldBe: NixHashes): readonly string[] {
    const flat = ({ collector, builder }: NixHashes): ReadonlyMap<string, string> =>
        new Map([
            ["collector.vendorHash", collector.vendorHash],
            ["builder.hash", builder.hash],
            ["builder.vendorHash", builder.vendorHash],
        ]);
    const [before, after] = [flat(is), flat(shouldBe)];
    return [...after].filter(([name, hash]) => before.get(name) !== hash).map(([name]) => name);
}

/**
 * Computes all three from collector/src and collector/manifest.yaml, by Go alone: what Nix fetches is what
 * `go mod vendor` writes. The sums of both modules' go.sum are what holds the content. Needs the modules, from Go's
 * cache or a proxy.
 * @throws UserError with what Go says about sources that do not fit together
 */
export async function computeHashes(project: string): Promise<HashesResult> {
    const { dist } = parseManifest(readFileSync(join(project, MANIFEST), "utf8"));
    try {
        const builder = await downloaded(`${BUILDER}@v${dist["version"]}`);
        return {
            collector: { vendorHash: await vendorHash(join(project, SOURCES)) },
            builder: { hash: fileHash(builder.Zip), vendorHash: await vendorHash(builder.Dir) },
        };
    } catch (error) {
        const says = whatGoSays(error);
        if (OUT_OF_REACH.test(says)) return { skipped: `the modules cannot be had: ${says}` };
        // Whatever else goes wrong (a go.sum that does not fit) is a failure, and no reason to skip.
        throw new UserError("the hashes cannot be computed", [
            { where: "collector/", what: `go refuses its modules: ${says}`, fix: REGENERATE },
        ]);
    }
}

/** What Go or Node says where there is no Go, no network, or no proxy that has the modules. */
const OUT_OF_REACH = /ENOENT|dial tcp|lookup .* on|no such host|i\/o timeout|module lookup disabled|connection refused/;

/** The end of what Go printed, where the reason is; with `-json` that is in its answer. */
function whatGoSays(error: unknown): string {
    if (!(error instanceof Error)) return String(error);
    const printed = ["stdout", "stderr"].map((stream) => String(Reflect.get(error, stream) ?? "")).join("\n");
    const answer = /"Error": "(.*)"/.exec(printed)?.[1];
    const lines = printed.split("\n").filter((line) => line.trim() !== "");
    return answer ?? lines.at(-1)?.trim() ?? error.message;
}

/** Hash of a folder's files as Nix sees them. @throws Error for what is no plain file */
export function folderHash(folder: string): string {
    const paths = readdirSync(folder, { recursive: true, encoding: "utf8" });
    const files = paths.flatMap((path) => {
        const status = lstatSync(join(folder, path));
        if (status.isDirectory()) return [];
        if (!status.isFile() || (status.mode & 0o111) !== 0) throw new Error(`${path} is a link or a program`);
        return [[path.split(sep).join("/"), readFileSync(join(folder, path))] as const];
    });
    return narHash(new Map(files));
}

async function vendorHash(module: string): Promise<string> {
    const scratch = mkdtempSync(join(tmpdir(), "hearth-vendor-"));
    try {
        const copy = join(scratch, "module");
        // Go's cache is read-only.
        cpSync(module, copy, { recursive: true });
        chmodSync(copy, 0o755);
        for (const file of ["go.mod", "go.sum"]) chmodSync(join(copy, file), 0o644);
        const env = { ...process.env, GOFLAGS: "-mod=mod", GOWORK: "off" };
        await run("go", ["mod", "vendor"], { cwd: copy, env });
        return folderHash(join(copy, "vendor"));
    } finally {
        makeWritable(scratch);
        rmSync(scratch, { recursive: true, force: true });
    }
}

function makeWritable(folder: string): void {
    chmodSync(folder, 0o755);
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
        if (entry.isDirectory()) makeWritable(join(folder, entry.name));
    }
}

async function downloaded(module: string): Promise<{ readonly Zip: string; readonly Dir: string }> {
    const { stdout } = await run("go", ["mod", "download", "-json", module], { cwd: tmpdir() });
    return JSON.parse(stdout) as { readonly Zip: string; readonly Dir: string };
}

function fileHash(path: string): string {
    return `sha256-${createHash("sha256").update(readFileSync(path)).digest("base64")}`;
}
