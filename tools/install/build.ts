import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { UserError } from "../../components/config/problems";
import { capture, type Environment } from "../lib/process";
import { amendModule, type GoRun } from "./amend-module";
import { linkNames } from "./cache";
import { GO_ENVIRONMENT, GO_FLAGS, moduleDir } from "./keys";
import type { Platform } from "./platform";
import type { GoModule, ToolSpec } from "./tool-spec";

export interface GoOptions {
    readonly project: string;
    readonly platform: Platform;
    /** Variables of this process; Go's own (GOPROXY, GOCACHE, …) go through as they are. */
    readonly env: Environment;
}

/** A line of `go build -v`: a package's path, and no sentence. */
const PACKAGE = /^[\w.~/@-]+$/;

/**
 * Compiles a tool into a folder. An interrupted build goes on where it was, since Go caches each package.
 * @throws UserError with what Go says
 */
export async function goBuild(
    spec: ToolSpec,
    module: GoModule,
    folder: string,
    options: GoOptions,
    note: (text: string) => void = () => undefined,
): Promise<void> {
    let packages = 0;
    const onErrorLine = (line: string): void => {
        if (PACKAGE.test(line)) note(`${++packages} packages compiled`);
        else if (line.startsWith("go: downloading")) note("downloading sources");
    };
    const run = childOptions(module, options);
    const { status, stderr } = await withAmendment(module, run, (more) =>
        capture("go", buildArguments(module, folder, more), { ...run, onErrorLine }),
    );
    if (status !== 0) throw failed(spec, module, status, stderr);
    const { multiCall } = module;
    if (multiCall === undefined) return;
    const others = spec.binaries.filter((binary) => binary !== multiCall);
    linkNames(folder, others, multiCall);
}

/** Does something while a module is amended, with the arguments that make Go see it. */
async function withAmendment<T>(
    { amended }: GoModule,
    run: GoRun,
    action: (more: readonly string[]) => Promise<T>,
): Promise<T> {
    if (amended === undefined) return action([]);
    const scratch = mkdtempSync(join(tmpdir(), "hearth-module-"));
    try {
        return await action(await amendModule(amended, scratch, run));
    } finally {
        rmSync(scratch, { recursive: true, force: true });
    }
}

/**
 * Arguments of `go` for a build; `-v` names each package as it is done, which is the only progress that Go tells.
 * @param more arguments beside those of every build
 */
export function buildArguments(
    { packages, ldflags }: GoModule,
    folder: string,
    more: readonly string[] = [],
): readonly string[] {
    const targets = Object.entries(packages);
    const [only] = targets;
    // Several packages go into a folder under the last part of their path, one into a file of any name.
    const output = targets.length === 1 && only !== undefined ? join(folder, only[0]) : `${folder}/`;
    return ["build", "-v", ...more, ...GO_FLAGS, "-ldflags", ldflags, "-o", output, ...targets.map(([, path]) => path)];
}

/** True when `go build` gives each binary the name that the registry says. */
export function namesFit({ packages }: GoModule): boolean {
    const targets = Object.entries(packages);
    return targets.length === 1 || targets.every(([binary, path]) => basename(path) === binary);
}

/**
 * Downloads the sources of builds that are still to come, while the processor is busy with the current one. Failures
 * do not matter here: the build itself tells of them.
 */
export async function prefetch(modules: readonly GoModule[], options: GoOptions, signal: AbortSignal): Promise<void> {
    for (const module of modules) {
        if (signal.aborted) return;
        const args = ["list", "-deps", ...Object.values(module.packages)];
        await capture("go", args, { ...childOptions(module, options), signal }).catch(() => undefined);
    }
}

function childOptions({ folder }: GoModule, { project, platform, env }: GoOptions): { cwd: string; env: Environment } {
    const host = { GOOS: platform.os, GOARCH: platform.arch };
    return { cwd: moduleDir(project, folder), env: { ...env, ...GO_ENVIRONMENT, ...host } };
}

function failed(spec: ToolSpec, { folder }: GoModule, status: number, stderr: string): UserError {
    const lines = stderr
        .split("\n")
        .filter((line) => line !== "" && !PACKAGE.test(line) && !/^go: downloading/.test(line));
    const said = lines.slice(-10).join("\n        ");
    return new UserError("a tool was not built", [
        {
            where: `${spec.name} ${spec.version} (tools/modules/${folder})`,
            what: `go build ended with ${status}:\n        ${said}`,
            fix: "mend what Go says (network, disk space, memory) and run again: what is compiled stays compiled",
        },
    ]);
}
