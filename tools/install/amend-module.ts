import { chmodSync, copyFileSync, cpSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { capture, type Environment } from "../lib/process";
import type { AmendedModule } from "./tool-spec";

/** Where and how Go is run. */
export interface GoRun {
    /** Folder of the module that pins the tool. */
    readonly cwd: string;
    readonly env: Environment;
}

/**
 * Copies a module into a folder, puts files into it, and writes a `go.mod` that takes the copy. Go's overlays would do
 * without a copy, but not for what is in its module cache.
 * @returns arguments of `go build` that make it take the copy
 * @throws Error with what Go says
 */
export async function amendModule(
    { module, files }: AmendedModule,
    folder: string,
    { cwd, env }: GoRun,
): Promise<readonly string[]> {
    const run = { cwd, env };
    await succeed(["mod", "download", module], run);
    const source = await succeed(["list", "-m", "-f", "{{.Dir}}", module], run);
    const copy = join(folder, "module");
    cpSync(source, copy, { recursive: true });
    makeWritable(copy);
    for (const [path, file] of Object.entries(files)) {
        mkdirSync(dirname(join(copy, path)), { recursive: true });
        writeFileSync(join(copy, path), typeof file === "string" ? file : readFileSync(join(cwd, file.from)));
    }
    for (const file of ["go.mod", "go.sum"]) copyFileSync(join(cwd, file), join(folder, file));
    const own = join(folder, "go.mod");
    await succeed(["mod", "edit", `-replace=${module}=${copy}`, own], run);
    return ["-modfile", own];
}

/** What is in Go's module cache is read-only. */
function makeWritable(folder: string): void {
    chmodSync(folder, 0o755);
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
        if (entry.isDirectory()) makeWritable(join(folder, entry.name));
        else chmodSync(join(folder, entry.name), 0o644);
    }
}

async function succeed(args: readonly string[], run: GoRun): Promise<string> {
    const { status, stdout, stderr } = await capture("go", args, run);
    if (status !== 0) throw new Error(`go ${args.join(" ")} ended with ${status}: ${stderr.trim()}`);
    return stdout.trim();
}
