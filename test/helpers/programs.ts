import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { cacheDir } from "../../components/config/paths";
import { programFile, recipe } from "../../tools/own-images/recipe";
import { COLLECTOR_IMAGE } from "../../tools/own-images/specs";
import { TOOLS } from "../../tools/registry";
import { PROGRAMS_VARIABLE } from "../../tools/testing/tier-tools";
import { canRender, renderedStack, type RenderedStack } from "./rendered-stack";
import { helm } from "./render";
import { skip } from "./skip";

/** Presets whose configurations are checked. */
export const STACKS = ["dev-fast", "cilium", "full"] as const;

/** No check of a file takes longer, in milliseconds. */
const TIMEOUT = 120_000;

/** Why a program may not be there, where `make test-programs` does not bring it on every machine. */
export const WHY_MISSING = {
    tempo: "Tempo is no Go module that could be built, and its release could not be downloaded",
    garage: "there is no garage on PATH; it has no release with checksums, and its build from crates takes half an hour",
    argocd: "argocd is not on PATH: make test-programs builds it, in about 10 minutes",
} as const;

/** A program on PATH; undefined where there is none, or not the pinned one. */
export function optionalProgram(name: string): string | undefined {
    if (!isMeant(name)) return undefined;
    const files = (process.env["PATH"] ?? "").split(delimiter).map((folder) => join(folder, name));
    return files.find((file) => existsSync(file));
}

function isMeant(name: string): boolean {
    const listed = process.env[PROGRAMS_VARIABLE];
    const tool = TOOLS.find(({ binaries }) => binaries.includes(name));
    return listed === undefined || tool === undefined || listed.split(",").includes(tool.name);
}

/** A program on PATH; the suite is skipped where there is none. */
export function programOr(context: Mocha.Context, name: string): string {
    const why = new Map<string, string>(Object.entries(WHY_MISSING)).get(name);
    return optionalProgram(name) ?? skip(context, why ?? `${name} is not on PATH: make test-programs puts it there`);
}

/** The collector, as this checkout builds it; the suite is skipped where nobody has. */
export function collectorOr(context: Mocha.Context): string {
    if (process.platform !== "linux") skip(context, "the collector runs on Linux only");
    const what = recipe(process.cwd(), COLLECTOR_IMAGE);
    const file = join(cacheDir(), "images", programFile(what, COLLECTOR_IMAGE));
    return existsSync(file) ? file : skip(context, "the collector is not built: make collector does it");
}

const stacks = new Map<string, Promise<RenderedStack>>();

/** What a stack applies, rendered once for all tests; the suite is skipped where the official charts are not. */
export function stackOr(context: Mocha.Context, stack: string): Promise<RenderedStack> {
    const program = helm();
    if (program === undefined) skip(context, "there is no helm on PATH");
    if (!canRender(stack)) {
        skip(context, "not every official chart is there: make charts STACK=full fetches them");
    }
    const known = stacks.get(stack) ?? renderedStack(stack, program);
    stacks.set(stack, known);
    return known;
}

/** How a program judged what it was given. */
export interface Verdict {
    readonly status: number | null;
    /** Both streams. */
    readonly said: string;
    /** Standard output alone. */
    readonly out: string;
}

/** Runs a program that ends by itself; one that does not is ended after two minutes. */
export function run(program: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Verdict {
    const { status, stdout, stderr } = spawnSync(program, args, {
        encoding: "utf8",
        timeout: TIMEOUT,
        maxBuffer: 64 * 1024 * 1024,
        env: { PATH: process.env["PATH"], HOME: process.env["HOME"], ...env },
    });
    return { status, said: `${stdout ?? ""}${stderr ?? ""}`, out: stdout ?? "" };
}

/** Runs the tests of a Go module of this repository, with what this machine has as Go's settings and cache. */
export function goTest(folder: string, minutes: number, env: Readonly<Record<string, string>> = {}): Verdict {
    const { status, stdout, stderr, error } = spawnSync("go", ["test", "-v", "-count=1", "./..."], {
        cwd: folder,
        encoding: "utf8",
        timeout: minutes * 60_000,
        maxBuffer: 64 * 1024 * 1024,
        env: { ...process.env, GOWORK: "off", ...env },
    });
    return { status, said: `${stdout ?? ""}${stderr ?? ""}${error?.message ?? ""}`, out: stdout ?? "" };
}

/** Writes files with the folders above them. */
export function writeFiles(files: Readonly<Record<string, string>>): void {
    for (const [path, text] of Object.entries(files)) {
        mkdirSync(dirname(path), { recursive: true });
        writeFileSync(path, text);
    }
}
