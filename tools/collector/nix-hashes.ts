import { execFile } from "node:child_process";
import { cpSync, lstatSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, sep } from "node:path";
import { promisify } from "node:util";
import { UserError } from "../../components/config/problems";
import { narHash } from "../charts/nar";
import { COLLECTOR_IMAGE } from "../own-images/specs";
import { BUILDER_MODULE } from "./builder";
import { REGENERATE } from "./generated";
import { failure } from "./go-says";

const run = promisify(execFile);

/** Where Nix reads the hashes, relative to the project. */
export const NIX_HASHES = "nix/collector-hashes.json";

/** Module folder that Nix builds → its path, relative to the project. */
const MODULES = { collector: COLLECTOR_IMAGE.sources, builder: BUILDER_MODULE } as const;

/** Name of a module that Nix builds. */
export type NixModule = keyof typeof MODULES;

/** The hash that Nix wants to know before it fetches a module's own modules, in SRI form (`sha256-…=`). */
export interface NixHash {
    /** Of the modules that it is built with, as `go mod vendor` lays them out. */
    readonly vendorHash: string;
}

export type NixHashes = Readonly<Record<NixModule, NixHash>>;

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
    const names = ["collector", "builder"] as const;
    return names
        .filter((name) => is[name].vendorHash !== shouldBe[name].vendorHash)
        .map((name) => `${name}.vendorHash`);
}

/**
 * Computes both by Go alone: what Nix fetches is what `go mod vendor` writes. The sums of each module's go.sum are what
 * holds the content. Needs the modules, from Go's cache or a proxy.
 * @throws UserError with what Go says about a module that is not in order
 */
export async function computeHashes(project: string): Promise<HashesResult> {
    try {
        return { collector: await hashOf(project, "collector"), builder: await hashOf(project, "builder") };
    } catch (error) {
        if (error instanceof OutOfReach) return { skipped: `the modules cannot be had: ${error.message}` };
        throw error;
    }
}

class OutOfReach extends Error {}

/** What makes a module's go.mod and go.sum fit together. */
const REPAIRS: Readonly<Record<NixModule, string>> = {
    collector: REGENERATE,
    builder: `go mod tidy in ${BUILDER_MODULE}`,
};

async function hashOf(project: string, name: NixModule): Promise<NixHash> {
    try {
        return { vendorHash: await vendorHash(join(project, MODULES[name])) };
    } catch (error) {
        const { says, outOfReach } = failure(error);
        if (outOfReach !== undefined) throw new OutOfReach(outOfReach);
        // Whatever else goes wrong (a go.sum that does not fit) is a failure, and no reason to skip.
        throw new UserError("the hashes cannot be computed", [
            {
                where: MODULES[name],
                what: `go mod vendor failed: ${says}`,
                fix: `mend what Go says; where go.mod and go.sum do not fit together: ${REPAIRS[name]}`,
            },
        ]);
    }
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
        cpSync(module, copy, { recursive: true });
        const env = { ...process.env, GOFLAGS: "-mod=readonly", GOWORK: "off" };
        await run("go", ["mod", "vendor"], { cwd: copy, env });
        return folderHash(join(copy, "vendor"));
    } finally {
        rmSync(scratch, { recursive: true, force: true });
    }
}
