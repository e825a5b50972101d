import { existsSync, readFileSync, realpathSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import {
    InstallDependenciesResponse,
    type InstallDependenciesRequest,
    type ProgramInfo,
} from "@pulumi/pulumi/proto/language_pb";
import { runChild } from "../lib/child";
import { parseManifest } from "./manifest";
import { runtimeOptions, type PackageManagerOption } from "./options";
import { projectFolder } from "./packages";
import { programFolder, type Host, type Output } from "./programs";

export type PackageManager = Exclude<PackageManagerOption, "auto">;

/** Lock files, and whose they are. */
const LOCK_FILES: readonly (readonly [string, PackageManager])[] = [
    ["yarn.lock", "yarn"],
    ["pnpm-lock.yaml", "pnpm"],
    ["bun.lock", "bun"],
    ["bun.lockb", "bun"],
];

/** The package manager of a folder: the one that the options name, else the one whose lock file is there, else npm. */
export function packageManager(
    option: PackageManagerOption,
    folder: string,
    exists: (file: string) => boolean = existsSync,
): PackageManager {
    if (option !== "auto") return option;
    return LOCK_FILES.find(([file]) => exists(join(folder, file)))?.[1] ?? "npm";
}

/** The command that installs a folder's dependencies. npm installs exactly what the lock file says when there is one. */
export function installCommand(
    manager: PackageManager,
    folder: string,
    exists: (file: string) => boolean = existsSync,
): readonly [string, ...string[]] {
    if (manager !== "npm") return [manager, "install"];
    const locked = ["package-lock.json", "npm-shrinkwrap.json"].some((file) => exists(join(folder, file)));
    return ["npm", locked ? "ci" : "install", "--loglevel=error"];
}

/**
 * Installs the dependencies of a program or plugin where its package.json is, and streams what the package manager
 * says.
 * @throws Error when that fails
 */
export async function installDependencies(
    request: InstallDependenciesRequest,
    host: Host,
    send: (message: InstallDependenciesResponse) => Promise<void>,
    call: AbortSignal,
): Promise<void> {
    const info = request.getInfo();
    const program = programFolder(info);
    const folder = projectFolder(program);
    if (folder === undefined) {
        throw new Error(`there is no package.json in ${program}\n    fix: run npm init there`);
    }
    const output: Output = {
        stdout: (chunk) => void send(stdoutMessage(chunk)),
        stderr: (chunk) => void send(stderrMessage(chunk)),
    };
    if (request.getUseLanguageVersionTools()) {
        output.stderr(Buffer.from(`version tools are not supported here; this is Node ${process.version}\n`));
    }
    const [tool, ...args] = installCommand(
        packageManager(runtimeOptions(info?.getOptions()).packagemanager, folder),
        folder,
    );
    const command = [tool, ...args].join(" ");
    output.stdout(Buffer.from(`Installing dependencies: ${command}, in ${folder}\n`));
    const status = await manage(tool, args, folder, output, host, call);
    if (status !== 0) throw new Error(`${command} failed in ${folder}, with exit status ${status}`);
    output.stdout(Buffer.from("Finished installing dependencies\n"));
}

/** What `pulumi about` tells about the package manager. One that is not there has no version. */
export async function aboutPackageManager(
    info: ProgramInfo | undefined,
    host: Host,
    call: AbortSignal,
): Promise<readonly (readonly [string, string])[]> {
    const program = programFolder(info);
    const manager = packageManager(
        runtimeOptions(info?.getOptions()).packagemanager,
        projectFolder(program) ?? program,
    );
    const version = manifestVersion(manager) ?? (await askVersion(manager, program, host, call));
    return [
        ["packagemanager", manager],
        ...(version === undefined ? [] : [["packagemanagerVersion", version] as const]),
    ];
}

/**
 * Version of a package manager on PATH by its package.json: every `pulumi up` asks for it, and starting npm takes as
 * long as starting the program.
 */
function manifestVersion(manager: PackageManager): string | undefined {
    const folders = (process.env["PATH"] ?? "").split(delimiter);
    const file = folders.map((folder) => join(folder, manager)).find((candidate) => existsSync(candidate));
    const home = file === undefined ? undefined : projectFolder(dirname(realpathSync(file)));
    if (home === undefined) return undefined;
    const { name, version } = parseManifest(readFileSync(join(home, "package.json"), "utf8"));
    // A script that starts it from elsewhere (corepack) is part of another package.
    return name === manager && version !== "" ? version : undefined;
}

async function askVersion(
    manager: PackageManager,
    folder: string,
    host: Host,
    call: AbortSignal,
): Promise<string | undefined> {
    let version = "";
    const output: Output = { stdout: (chunk) => (version += chunk.toString()), stderr: () => undefined };
    const status = await manage(manager, ["--version"], folder, output, host, call).catch(() => 1);
    return status === 0 ? version.trim() : undefined;
}

/** Runs a package manager. @returns its exit status @throws Error that says how to get one that is not there */
async function manage(
    manager: string,
    args: readonly string[],
    cwd: string,
    output: Output,
    { lifetime, cancelled }: Host,
    call: AbortSignal,
): Promise<number> {
    const child = runChild(manager, args, {
        cwd,
        env: process.env,
        onStdout: output.stdout,
        onStderr: output.stderr,
        signal: AbortSignal.any([call, cancelled, lifetime.ending]),
    });
    try {
        return (await lifetime.hold(child)).status;
    } catch (error) {
        if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error;
        throw new Error(`${manager} is not on PATH\n    fix: install it, or name another one as packagemanager`);
    }
}

function stdoutMessage(chunk: Uint8Array): InstallDependenciesResponse {
    const message = new InstallDependenciesResponse();
    message.setStdout(chunk);
    return message;
}

function stderrMessage(chunk: Uint8Array): InstallDependenciesResponse {
    const message = new InstallDependenciesResponse();
    message.setStderr(chunk);
    return message;
}
