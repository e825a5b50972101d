import { createRequire } from "node:module";
import { join } from "node:path";
import type { ProgramInfo } from "@pulumi/pulumi/proto/language_pb";
import { runChild, type Exit } from "../lib/child";
import type { Lifetime } from "../lib/lifetime";
import type { Launch } from "./launch";

/** What runs programs and plugins in this host. */
export interface Host {
    readonly lifetime: Lifetime;
    /** Aborted when the engine cancels all that it has asked for. */
    readonly cancelled: AbortSignal;
    /** Endpoint for traces in Zipkin's format. */
    readonly tracing?: string;
    /** Address of the engine. @throws Error when it is not known yet */
    engine(): string;
}

/** Takes output of a child. */
export interface Output {
    readonly stdout: (chunk: Buffer) => void;
    readonly stderr: (chunk: Buffer) => void;
}

/**
 * The script of the SDK that is installed for a program.
 * @throws Error that says how to install it
 */
export function sdkScript(script: string, folder: string, install: string): string {
    try {
        return createRequire(join(folder, "package.json")).resolve(script);
    } catch (error) {
        if (error instanceof Error && "code" in error && error.code !== "MODULE_NOT_FOUND") throw error;
        throw new Error(
            [
                `Pulumi's SDK is not installed for ${folder}: Node does not find ${script} from there`,
                `    fix: ${install}`,
            ].join("\n"),
        );
    }
}

/** Starts Node, in the version that runs this host; it ends with the call, with the engine and with this process. */
export function startNode(
    launch: Launch,
    output: Output,
    { lifetime, cancelled }: Host,
    call: AbortSignal,
    onStart?: (pid: number) => void,
): Promise<Exit> {
    const child = runChild(process.execPath, launch.args, {
        cwd: launch.cwd,
        env: launch.env,
        onStdout: output.stdout,
        onStderr: output.stderr,
        signal: AbortSignal.any([call, cancelled, lifetime.ending]),
        ...(onStart === undefined ? {} : { onStart }),
    });
    return lifetime.hold(child);
}

/** Folder of a program. @throws Error when the engine left it out */
export function programFolder(info: ProgramInfo | undefined): string {
    const folder = info?.getProgramDirectory() ?? "";
    if (folder === "") throw new Error("the engine did not say where the program is");
    return folder;
}
