import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { promisify } from "node:util";
import { parse, stringify } from "yaml";
import { cacheDir } from "../../components/config/paths";
import { UserError } from "../../components/config/problems";
import { COLLECTOR_IMAGE } from "../own-images/specs";
import { builderProgram } from "./builder";
import { failure } from "./go-says";

const run = promisify(execFile);

/** The builder's manifest, relative to the project. */
export const MANIFEST = join("collector", "manifest.yaml");

/** What the builder writes without asking a module proxy; go.mod and go.sum come from its one run with a network. */
const GENERATED = ["components.go", "main.go", "main_others.go", "main_windows.go"];

/** Outcome of the check; `skipped` tells why there is none. */
export type CheckResult = { readonly differing: readonly string[] } | { readonly skipped: string };

/** The parts of the manifest that we read. */
export interface Manifest {
    readonly dist: Readonly<Record<string, string>>;
    /** Module and version of every component and provider. */
    readonly modules: readonly { readonly path: string; readonly version: string }[];
}

/** Reads a builder manifest. */
export function parseManifest(text: string): Manifest {
    const value = parse(text) as Readonly<Record<string, unknown>>;
    const lists = Object.values(value).filter((part): part is readonly { gomod: string }[] => Array.isArray(part));
    return {
        dist: value["dist"] as Manifest["dist"],
        modules: lists.flat().map(({ gomod }) => {
            const [path = "", version = ""] = gomod.split(" ");
            return { path, version };
        }),
    };
}

/**
 * Generates the sources anew, with the pinned builder, and compares them byte for byte. Without Go or a module proxy the
 * check is skipped.
 * @throws UserError when Go refuses the builder's module
 */
export async function checkGenerated(project: string, cache: string = cacheDir()): Promise<CheckResult> {
    const builder = await builderProgram(project, cache);
    if ("skipped" in builder) return builder;
    const manifest = parse(readFileSync(join(project, MANIFEST), "utf8")) as Readonly<Record<string, unknown>>;
    const scratch = mkdtempSync(join(tmpdir(), "hearth-collector-"));
    try {
        const dist = manifest["dist"] as Manifest["dist"];
        const moved = { ...manifest, dist: { ...dist, output_path: join(scratch, "src") } };
        const file = join(scratch, "manifest.yaml");
        writeFileSync(file, stringify(moved));
        const env = { ...process.env, GOPROXY: "off", GOFLAGS: "-mod=mod" };
        await run(builder.program, ["--config", file, "--skip-compilation", "--skip-get-modules"], { env });
        const differing = GENERATED.filter(
            (name) =>
                !readFileSync(join(scratch, "src", name)).equals(
                    readFileSync(join(project, COLLECTOR_IMAGE.sources, name)),
                ),
        );
        return { differing };
    } finally {
        rmSync(scratch, { recursive: true, force: true });
    }
}

/**
 * Makes the sources of the manifest, with go.mod and go.sum, by the pinned builder.
 * @returns why they cannot be made here; undefined when they were
 * @throws UserError with what the builder says
 */
export async function writeGenerated(project: string, cache: string = cacheDir()): Promise<string | undefined> {
    const builder = await builderProgram(project, cache);
    if ("skipped" in builder) return builder.skipped;
    try {
        // The manifest's own path of the sources is relative to the folder that it is in.
        const cwd = dirname(join(project, MANIFEST));
        await run(builder.program, ["--config", basename(MANIFEST), "--skip-compilation"], { cwd });
    } catch (error) {
        throw new UserError("the collector's sources were not made", [
            {
                where: MANIFEST,
                what: `the builder says: ${failure(error).says}`,
                fix: `mend what it says, see what it left behind with \`git status ${COLLECTOR_IMAGE.sources}\`, and run again`,
            },
        ]);
    }
    return undefined;
}

/** How to make the sources from the manifest. */
export const REGENERATE = "node tools/run.js collector --write-generated";
