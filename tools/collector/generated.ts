import { execFile } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { parse, stringify } from "yaml";
import { cacheDir } from "../../components/config/paths";
import { SOURCES } from "./recipe";

const run = promisify(execFile);

/** The builder's manifest, relative to the project. */
export const MANIFEST = join("collector", "manifest.yaml");

/** What the builder writes without asking a module proxy; go.mod and go.sum come from its one run with a network. */
const GENERATED = ["components.go", "main.go", "main_others.go", "main_windows.go"];

/** Module of the builder. */
export const BUILDER = "go.opentelemetry.io/collector/cmd/builder";

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
 * Generates the sources anew, with the builder of the manifest's version, and compares them byte for byte. The builder
 * is built once into the cache (40 s); without Go or a module proxy the check is skipped.
 */
export async function checkGenerated(project: string, cache: string = cacheDir()): Promise<CheckResult> {
    const text = readFileSync(join(project, MANIFEST), "utf8");
    const { dist } = parseManifest(text);
    const version = `v${dist["version"]}`;
    const folder = join(cache, "builder", version);
    const builder = join(folder, "builder");
    if (!existsSync(builder)) {
        mkdirSync(folder, { recursive: true });
        try {
            await run("go", ["install", `${BUILDER}@${version}`], {
                env: { ...process.env, GOBIN: folder, GOFLAGS: "-buildvcs=false -trimpath" },
            });
        } catch (error) {
            return { skipped: `the builder ${version} is not to be had: ${firstLine(error)}` };
        }
    }
    const scratch = mkdtempSync(join(tmpdir(), "hearth-collector-"));
    try {
        const manifest = parse(text) as Readonly<Record<string, unknown>>;
        const moved = { ...manifest, dist: { ...dist, output_path: join(scratch, "src") } };
        const file = join(scratch, "manifest.yaml");
        writeFileSync(file, stringify(moved));
        const env = { ...process.env, GOPROXY: "off", GOFLAGS: "-mod=mod" };
        await run(builder, ["--config", file, "--skip-compilation", "--skip-get-modules"], { env });
        const differing = GENERATED.filter(
            (name) => !readFileSync(join(scratch, "src", name)).equals(readFileSync(join(project, SOURCES, name))),
        );
        return { differing };
    } finally {
        rmSync(scratch, { recursive: true, force: true });
    }
}

/** How to make the sources from the manifest. */
export const REGENERATE = `go run ${BUILDER}@<the manifest's version> --config manifest.yaml --skip-compilation, in collector/`;

function firstLine(error: unknown): string {
    const text = error instanceof Error ? error.message : String(error);
    return text.split("\n").find((line) => line.trim() !== "" && !line.startsWith("Command failed")) ?? text;
}
