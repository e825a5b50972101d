import { spawn } from "node:child_process";
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { cacheDir } from "../../components/config/paths";
import { UserError } from "../../components/config/problems";
import { withFileLock } from "./file-lock";
import { dockerArchive, sha256 } from "./docker-archive";
import { GO_BUILD, IMAGE, imageKey, recipe, type Recipe } from "./recipe";

export interface BuildOptions {
    /** Root of the checkout. Default: the working directory, which the launcher has set to it. */
    readonly project?: string;
    /** Cache of all checkouts. */
    readonly cache?: string;
    /** Takes lines of progress. */
    readonly report?: (line: string) => void;
}

/** The collector's image on disk. */
export interface CollectorImage {
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
 * The collector's binary for this machine's architecture, built unless the cache has it. 5 minutes on 2 cores;
 * an interrupted build goes on where it was, since Go caches each package. Runs at the same time share one build.
 * @returns absolute path
 * @throws UserError when Go is missing or the build fails
 */
export async function buildCollector(options: BuildOptions = {}): Promise<string> {
    const { project, folder, report } = complete(options);
    const what = recipe(project);
    const path = join(folder, `otelcol-${what.architecture}-${what.key}`);
    if (existsSync(path)) return path;
    mkdirSync(folder, { recursive: true });
    await withFileLock(path, report, async () => {
        if (existsSync(path)) return;
        const draft = `${path}.draft`;
        await goBuild(what, draft, report);
        renameSync(draft, path);
    });
    return path;
}

/**
 * The collector's image as an archive, built unless the cache has it. It holds the binary and nothing else: no shell,
 * and no CA certificates, since inside the cluster it speaks plain HTTP and finds the API server's CA beside its token.
 */
export async function collectorImageArchive(options: BuildOptions = {}): Promise<CollectorImage> {
    const { project, folder, report } = complete(options);
    const binary = await buildCollector(options);
    const what = recipe(project);
    const path = join(folder, `otel-collector-${imageKey(what)}.tar`);
    if (!existsSync(path)) {
        const parts = dockerArchive(
            {
                ...IMAGE,
                architecture: what.architecture,
                labels: {
                    "org.opencontainers.image.title": "Hearth's OpenTelemetry Collector",
                    "org.opencontainers.image.licenses": "Apache-2.0",
                },
            },
            readFileSync(binary),
        );
        writeParts(path, parts);
        report(`wrote ${path}`);
    }
    return { path, reference: IMAGE.reference, sha256: sha256([readFileSync(path)]) };
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

async function goBuild(what: Recipe, output: string, report: (line: string) => void): Promise<void> {
    // -v names each package as its compilation ends: the only progress that Go tells.
    const args = ["build", "-v", "-tags", GO_BUILD.tags, "-ldflags", GO_BUILD.ldflags, "-o", output, "."];
    const env = { ...process.env, ...GO_BUILD.environment, GOARCH: what.architecture };
    report("compiling the OpenTelemetry Collector (about 5 minutes on 2 cores, once)");
    const started = Date.now();
    let packages = 0;
    const tail: string[] = [];
    const timer = setInterval(() => {
        const seconds = Math.round((Date.now() - started) / 1000);
        report(`compiling the OpenTelemetry Collector: ${packages} packages, ${seconds} s`);
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
        if (status !== 0) throw failed(`go build ended with ${status}:\n${tail.join("\n")}`, FAILED_FIX);
    } catch (error) {
        if (error instanceof Error && "code" in error && error.code === "ENOENT") {
            throw failed("go is not on PATH", "install Go 1.25 or newer, or set hearth:collector to upstream");
        }
        throw error;
    } finally {
        clearInterval(timer);
    }
}

const FAILED_FIX =
    "mend what it says (network, disk space) and run again: what is compiled stays compiled; or set hearth:collector to upstream";

function failed(what: string, fix: string): UserError {
    return new UserError("the OpenTelemetry Collector was not built", [{ where: "collector/src", what, fix }]);
}
