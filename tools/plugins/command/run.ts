import { existsSync } from "node:fs";
import { getSystemErrorMap } from "node:util";
import { runChild, type ChildOptions, type Exit } from "../lib/child";
import type { Call } from "../provider-lib/provider";
import { text } from "../provider-lib/read";
import { compact, type ValueMap } from "../provider-lib/values";
import { archiveOf, findAssets } from "./assets";
import { LineSplitter } from "./lines";
import { baseInputs, type BaseInputs } from "./properties";
import { redactor } from "./redact";

export interface CommandRun {
    readonly command: string;
    readonly inputs: ValueMap;
    /** Outputs of the last run; empty when this is the first. */
    readonly previous: ValueMap;
}

/**
 * Runs a command as its inputs say and shows its output line by line.
 * @returns its outputs: stdout, stderr, and assets and archive where they are asked for
 * @throws Error that tells how it ended, the command and its output, but no secret of its inputs
 */
export async function runCommand({ command, inputs, previous }: CommandRun, call: Call): Promise<ValueMap> {
    const base = baseInputs(inputs);
    const redact = redactor(inputs, previous);
    const show = (line: string): void => call.log(redact(line));
    const stdout = new Capture(base.logging.stdout, show);
    const stderr = new Capture(base.logging.stderr, show);
    const both: Buffer[] = [];
    const cwd = base.dir ?? process.cwd();
    const failure = (how: string): Error =>
        new Error(redact(`${how}: running ${JSON.stringify(redact(command))}:\n${Buffer.concat(both).toString()}`));

    const [program = "", ...args] = [...base.interpreter, command];
    if (!existsSync(cwd)) throw failure(`chdir ${cwd}: no such file or directory`);
    const exit = await start(program, args, {
        cwd,
        env: environment(base, previous),
        input: base.stdin,
        onStdout: (chunk) => both.push(stdout.take(chunk)),
        onStderr: (chunk) => both.push(stderr.take(chunk)),
        signal: call.signal,
        interrupt: "SIGTERM",
        group: true,
        // As with the official plugin, what it has left running is waited for as long as that may still write.
        linger: Infinity,
    }).catch((error: unknown) => {
        throw failure(cannotStart(program, error));
    });
    stdout.end();
    stderr.end();
    const how = ending(exit, call.signal);
    if (how !== undefined) throw failure(how);
    return compact({ stdout: stdout.text(), stderr: stderr.text(), ...(await files(cwd, base)) });
}

/** A program that cannot be started may be refused at once or later. */
async function start(program: string, args: readonly string[], options: ChildOptions): Promise<Exit> {
    return runChild(program, args, options);
}

/** One of a command's outputs: kept, and shown line by line when that is wanted. */
class Capture {
    private readonly chunks: Buffer[] = [];
    private readonly lines: LineSplitter | undefined;

    public constructor(shown: boolean, show: (line: string) => void) {
        this.lines = shown ? new LineSplitter(show) : undefined;
    }

    public take(chunk: Buffer): Buffer {
        this.chunks.push(chunk);
        this.lines?.write(chunk);
        return chunk;
    }

    public end(): void {
        this.lines?.end();
    }

    /** All of it without the last end of line. */
    public text(): string {
        return Buffer.concat(this.chunks).toString().replace(/\n$/, "");
    }
}

function environment(base: BaseInputs, previous: ValueMap): Readonly<Record<string, string | undefined>> {
    const { addPreviousOutputInEnv } = base;
    const variable = (name: string, output: string): Record<string, string> => {
        const value = text(previous, output) ?? "";
        return addPreviousOutputInEnv && value !== "" ? { [name]: value } : {};
    };
    return {
        // A child's input is a socket here, and a bash that no shell is above takes that for a remote login: it would
        // run the user's ~/.bashrc, which may print something or fail.
        SHLVL: "1",
        ...process.env,
        ...base.environment,
        ...variable("PULUMI_COMMAND_STDOUT", "stdout"),
        ...variable("PULUMI_COMMAND_STDERR", "stderr"),
    };
}

async function files(cwd: string, { assetPaths, archivePaths }: BaseInputs): Promise<ValueMap> {
    return {
        ...(assetPaths === undefined ? {} : { assets: await findAssets(cwd, assetPaths) }),
        ...(archivePaths === undefined ? {} : { archive: archiveOf(await findAssets(cwd, archivePaths)) }),
    };
}

/** How a command failed; undefined when it did not. */
function ending({ status, signal: by }: Exit, signal: AbortSignal): string | undefined {
    if (signal.aborted) return timedOut(signal) ? "the time for it was over" : "cancelled";
    if (by !== undefined) return `ended by ${by}`;
    return status === 0 ? undefined : `exit status ${status}`;
}

function timedOut({ reason }: AbortSignal): boolean {
    return reason instanceof Error && reason.name === "TimeoutError";
}

function cannotStart(program: string, error: unknown): string {
    if (!(error instanceof Error)) return String(error);
    const { code, errno } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" && !program.includes("/")) return `exec: "${program}": executable file not found in $PATH`;
    // Node's message has the argument in it, which may be a secret.
    if (code === "ERR_INVALID_ARG_VALUE") return `exec: "${program}": a null byte in an argument or variable`;
    const [, description] = (errno === undefined ? undefined : getSystemErrorMap().get(errno)) ?? [];
    return `exec: "${program}": ${description ?? error.message}`;
}
