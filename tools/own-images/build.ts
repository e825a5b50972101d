import { spawn } from "node:child_process";
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { cacheDir } from "../../components/config/paths";
import { UserError } from "../../components/config/problems";
import { withFileLock } from "./file-lock";
import { dockerArchive, sha256 } from "./docker-archive";
import { imageKey, programFile, recipe, tagProblem, type Recipe } from "./recipe";
import type { OwnImageSpec } from "./specs";

export interface BuildOptions {
    /** Root of the checkout. Default: the working directory, which the launcher has set to it. */
    readonly project?: string;
    /** Cache of all checkouts. */
    readonly cache?: string;
    /** Takes lines of progress. */
    readonly report?: (line: string) => void;
}

/** An image on disk. */
export interface OwnImage {
    /** Absolute path of the archive, as `docker save` writes one. */
    readonly path: string;
    /** Name and tag in the archive. */
    readonly reference: string;
    /** SHA-256 of the archive in hex. */
    readonly sha256: string;
}

/** How often a build that runs for minutes says that it is alive. */
const PROGRESS_SECONDS = 10;

/** A line of `go build -v`: a package's path, and no sentence. */
const PACKAGE = /^[\w.~/-]+$/;

/**
 * The binary of an image for this machine's architecture, built unless the cache has it. Minutes on 2 cores; an
 * interrupted build goes on where it was, since Go caches each package. Runs at the same time share one build.
 * @returns absolute path
 * @throws UserError when Go is missing or the build fails
 */
export async function buildProgram(spec: OwnImageSpec, options: BuildOptions = {}): Promise<string> {
    const { project, folder, report } = complete(options);
    const what = recipe(project, spec);
    const path = join(folder, programFile(what, spec));
    if (existsSync(path)) return path;
    mkdirSync(folder, { recursive: true });
    await withFileLock(path, report, async () => {
        if (existsSync(path)) return;
        const draft = `${path}.draft`;
        await goBuild(spec, what, draft, report);
        renameSync(draft, path);
    });
    return path;
}

/**
 * An image as an archive, built unless the cache has it. It holds the binary and nothing else: no shell, and no CA
 * certificates, since inside the cluster our programs speak plain HTTP and find the API server's CA beside their token.
 * @throws UserError as `buildProgram`, and when the registry names an image of other sources
 */
export async function ownImageArchive(spec: OwnImageSpec, options: BuildOptions = {}): Promise<OwnImage> {
    const { project, folder, report } = complete(options);
    const mistaken = tagProblem(project, spec);
    if (mistaken !== undefined) throw mistaken;
    const binary = await buildProgram(spec, options);
    const what = recipe(project, spec);
    const path = join(folder, `${spec.id}-${imageKey(what, spec)}.tar`);
    if (!existsSync(path)) {
        const parts = dockerArchive(
            {
                ...spec.image,
                architecture: what.architecture,
                labels: {
                    "org.opencontainers.image.title": spec.label,
                    "org.opencontainers.image.licenses": "Apache-2.0",
                },
                madeBy: `hearth ${spec.command} --image`,
            },
            readFileSync(binary),
        );
        writeParts(path, parts);
        report(`wrote ${path}`);
    }
    return { path, reference: spec.image.reference, sha256: sha256([readFileSync(path)]) };
}

function complete(options: BuildOptions): { project: string; folder: string; report: (line: string) => void } {
    return {
        project: options.project ?? process.cwd(),
        folder: join(options.cache ?? cacheDir(), "images"),
        report: options.report ?? (() => undefined),
    };
}

/** Beside the file first, so that nobody loads half an image. */
function writeParts(path: string, parts: readonly Uint8Array[]): void {
    const draft = `${path}.${process.pid}.draft`;
    try {
        const file = openSync(draft, "w");
        for (const part of parts) writeSync(file, part);
        closeSync(file);
        renameSync(draft, path);
    } finally {
        rmSync(draft, { force: true });
    }
}

async function goBuild(
    { build, title, sources, takes, without }: OwnImageSpec,
    what: Recipe,
    output: string,
    report: (line: string) => void,
): Promise<void> {
    // -v names each package as its compilation ends: the only progress that Go tells.
    const args = ["build", "-v", "-tags", build.tags, "-ldflags", build.ldflags, "-o", output, "."];
    const env = { ...process.env, ...build.environment, GOARCH: what.architecture };
    report(`compiling ${title} (${takes})`);
    const started = Date.now();
    let packages = 0;
    const tail: string[] = [];
    const timer = setInterval(() => {
        const seconds = Math.round((Date.now() - started) / 1000);
        report(`compiling ${title}: ${packages} packages, ${seconds} s`);
    }, PROGRESS_SECONDS * 1000);
    try {
        const status = await new Promise<number | NodeJS.Signals | null>((resolve, reject) => {
            const child = spawn("go", args, { cwd: what.sources, env, stdio: ["ignore", "ignore", "pipe"] });
            child.stderr.setEncoding("utf8");
            child.stderr.on("data", (text: string) => {
                const lines = text.split("\n").filter((line) => line !== "");
                const rest = lines.filter((line) => !PACKAGE.test(line));
                packages += lines.length - rest.length;
                tail.push(...rest);
                tail.splice(0, Math.max(0, tail.length - 20));
            });
            child.on("error", reject);
            child.on("close", (code, signal) => resolve(code ?? signal));
        });
        if (status !== 0) {
            const fix = "mend what it says (network, disk space) and run again: what is compiled stays compiled";
            throw failed(`go build ended with ${status}:\n${tail.join("\n")}`, `${fix}; or ${without}`);
        }
    } catch (error) {
        if (error instanceof Error && "code" in error && error.code === "ENOENT") {
            throw failed("go is not on PATH", `install Go 1.25 or newer, or ${without}`);
        }
        throw error;
    } finally {
        clearInterval(timer);
    }

    function failed(what: string, fix: string): UserError {
        return new UserError(`${title} was not built`, [{ where: sources, what, fix }]);
    }
}
