import { spawn, type ChildProcess } from "node:child_process";
import { constants } from "node:os";
import { createInterface } from "node:readline";

/** Variables of a child process; those with `undefined` are left out. */
export type Environment = Readonly<Record<string, string | undefined>>;

export interface RunOptions {
    /** Default the working directory. */
    readonly cwd?: string;
    /** All variables of the child, not additions. Default those of this process. */
    readonly env?: Environment;
    /** Milliseconds after which the child and all its children are killed. Default none. */
    readonly timeout?: number;
    /** Ends the child and all its children. */
    readonly signal?: AbortSignal;
}

export interface CaptureOptions extends RunOptions {
    /** Text on standard input. Default none. */
    readonly input?: string;
    /** Takes each line of standard error as it comes. */
    readonly onErrorLine?: (line: string) => void;
    /** Milliseconds between asking the child to end and killing it. Default 5 s. */
    readonly grace?: number;
}

/** How a child ended. */
export interface Result {
    /** Exit status; 128 + number of the signal that ended it, as in a shell; 124 after a timeout. */
    readonly status: number;
    readonly stdout: string;
    readonly stderr: string;
}

/** The user (or the system) asked this process to end; its children have. */
export class Interrupted extends Error {
    public readonly exitStatus: number;

    public constructor(public readonly signal: NodeJS.Signals) {
        super(`interrupted by ${signal}`);
        this.exitStatus = statusOf(signal);
    }
}

type Caught = "SIGINT" | "SIGTERM" | "SIGHUP";

const CAUGHT: readonly Caught[] = ["SIGINT", "SIGTERM", "SIGHUP"];

const TIMEOUT_STATUS = 124;
const GRACE = 5000;

/**
 * Runs a program without a shell and keeps what it prints.
 * @throws Error with code ENOENT when there is no such program, Interrupted when this process is asked to end
 */
export function capture(program: string, args: readonly string[], options: CaptureOptions = {}): Promise<Result> {
    const child = started(() => spawn(program, args, { ...spawnOptions(options), stdio: "pipe", detached: true }));
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => err.push(chunk));
    if (options.onErrorLine !== undefined) createInterface({ input: child.stderr }).on("line", options.onErrorLine);
    // A program that ends before it has read its input breaks the pipe; its status says why.
    child.stdin.on("error", () => undefined);
    child.stdin.end(options.input ?? "");
    return ended({ child, group: true, grace: options.grace ?? GRACE }, options).then((status) => ({
        status,
        stdout: Buffer.concat(out).toString(),
        stderr: Buffer.concat(err).toString(),
    }));
}

/**
 * Runs a program without a shell on this process' own input and output.
 * @returns its exit status
 * @throws as `capture`
 */
export function inherit(program: string, args: readonly string[], options: RunOptions = {}): Promise<number> {
    // Outside the terminal's foreground group it could not read from the terminal or set its modes.
    const detached = process.stdin.isTTY !== true;
    const child = started(() => spawn(program, args, { ...spawnOptions(options), stdio: "inherit", detached }));
    return ended({ child, group: detached }, options);
}

function spawnOptions({ cwd, env }: RunOptions): { cwd?: string; env?: NodeJS.ProcessEnv } {
    return { ...(cwd === undefined ? {} : { cwd }), ...(env === undefined ? {} : { env: { ...env } }) };
}

/** Exit status that a shell gives for a program that a signal ended. */
function statusOf(signal: NodeJS.Signals | null): number {
    return 128 + (signal === null ? 0 : constants.signals[signal]);
}

interface Running {
    readonly child: ChildProcess;
    /** The child leads a process group of its own. */
    readonly group: boolean;
    /** Milliseconds until it is killed when it does not end; absent for one that the user watches. */
    readonly grace?: number;
}

const running = new Set<Running>();
let asked: Caught | undefined;
let times = 0;

function ended(entry: Running, { timeout, signal }: Pick<RunOptions, "timeout" | "signal">): Promise<number> {
    const { child } = entry;
    let timedOut = false;
    const abort = (): void => end(entry, "SIGTERM");
    const timer =
        timeout === undefined
            ? undefined
            : setTimeout(() => {
                  timedOut = true;
                  end(entry, "SIGTERM");
              }, timeout);
    signal?.addEventListener("abort", abort);
    running.add(entry);
    return new Promise<number>((resolve, reject) => {
        const finish = (settle: () => void): void => {
            clearTimeout(timer);
            signal?.removeEventListener("abort", abort);
            const interrupted = asked;
            unwatch(entry);
            if (interrupted === undefined) settle();
            else reject(new Interrupted(interrupted));
        };
        child.once("error", (error) => finish(() => reject(error)));
        child.once("close", (status, by) =>
            finish(() => resolve(timedOut ? TIMEOUT_STATUS : (status ?? statusOf(by)))),
        );
    });
}

/** Asks a child and all its children to end, and kills them when they do not. */
function end(entry: Running, signal: NodeJS.Signals): void {
    send(entry, signal);
    setTimeout(() => running.has(entry) && send(entry, "SIGKILL"), entry.grace ?? GRACE).unref();
}

function send({ child, group }: Running, signal: NodeJS.Signals): void {
    if (child.pid === undefined) return;
    try {
        if (group) process.kill(-child.pid, signal);
        else child.kill(signal);
    } catch {
        // It has just ended.
    }
}

/** Starts a child with signals caught already: one that came before that would end this process and leave the child. */
function started<Child>(start: () => Child): Child {
    if (running.size === 0) listen();
    try {
        return start();
    } catch (error) {
        if (running.size === 0) unlisten();
        throw error;
    }
}

function unwatch(entry: Running): void {
    running.delete(entry);
    if (running.size > 0) return;
    asked = undefined;
    times = 0;
    unlisten();
}

function listen(): void {
    for (const signal of CAUGHT) process.on(signal, onSignal);
    process.on("exit", onExit);
}

function unlisten(): void {
    for (const signal of CAUGHT) process.off(signal, onSignal);
    process.off("exit", onExit);
}

/**
 * Passes a signal on. What the user does not watch is killed when it takes too long; what he does (an engine that
 * finishes the step it is at) gets the time it needs, until the third signal.
 */
function onSignal(signal: NodeJS.Signals): void {
    asked = CAUGHT.find((caught) => caught === signal);
    times++;
    for (const entry of running) {
        // Ctrl-C reaches the terminal's whole foreground group, so a child in it has the signal already.
        const hasIt = signal === "SIGINT" && !entry.group;
        if (times >= 3) send(entry, "SIGKILL");
        else if (entry.grace !== undefined) end(entry, signal);
        else if (!hasIt) send(entry, signal);
    }
}

/** Children in groups of their own would outlive a crash of this process. */
function onExit(): void {
    for (const entry of running) send(entry, "SIGKILL");
}
