import { spawn, type ChildProcess } from "node:child_process";
import { constants } from "node:os";

/** Milliseconds between asking a child to end and killing it. */
const GRACE = 3000;

/** Milliseconds that the output of a child which has ended may stay open. */
const LINGER = 5000;

/** What kills a child (or, with "-" before its id, its group) as soon as the other end of its input is closed. */
const GUARD = 'read -r _; kill -KILL -- "$1"';

/** The same for one that was asked to end: what is in the pipe already still gets through. */
const CUT = 200;

export interface ChildOptions {
    readonly cwd: string;
    /** All variables of the child, not additions. */
    readonly env: Readonly<Record<string, string | undefined>>;
    /** Text on standard input. Default: it is closed. */
    readonly input?: string;
    readonly onStdout: (chunk: Buffer) => void;
    readonly onStderr: (chunk: Buffer) => void;
    /** Ends the child. */
    readonly signal: AbortSignal;
    /** What asks it to end. Default SIGINT, as Pulumi's plugins do. */
    readonly interrupt?: NodeJS.Signals;
    /** The child leads a process group of its own, and all of the group is asked and killed. Default false. */
    readonly group?: boolean;
    /** Milliseconds until it is killed when it does not end. Default 3 s. */
    readonly grace?: number;
    /**
     * Milliseconds after its end until its output is cut, since something that it has left running may hold on to it.
     * Default 5 s; Infinity for never.
     */
    readonly linger?: number;
    /** Takes its id as soon as it runs. */
    readonly onStart?: (pid: number) => void;
}

/** How a child ended. */
export interface Exit {
    /** Exit status; 128 + number of the signal that ended it, as in a shell. */
    readonly status: number;
    readonly signal?: NodeJS.Signals;
}

/**
 * Runs a program without a shell and hands on what it prints. It never outlives this process, even when that is killed
 * in a way that it cannot notice: a second process waits for that.
 * @throws Error with code ENOENT when there is no such program
 */
export function runChild(program: string, args: readonly string[], options: ChildOptions): Promise<Exit> {
    const { cwd, env, input, signal, group = false } = options;
    if (signal.aborted) return Promise.resolve({ status: statusOf("SIGINT"), signal: "SIGINT" });
    const child = spawn(program, args, { cwd, env: { ...env }, stdio: "pipe", detached: group });
    child.stdout.on("data", options.onStdout);
    child.stderr.on("data", options.onStderr);
    // A program that ends before it has read its input breaks the pipe; its status says why.
    child.stdin.on("error", () => undefined);
    child.stdin.end(input ?? "");
    if (child.pid === undefined) return failure(child);
    const release = guard(group ? -child.pid : child.pid);
    options.onStart?.(child.pid);
    return ended(child, options).finally(release);
}

function ended(child: ChildProcess, options: ChildOptions): Promise<Exit> {
    const { signal, interrupt = "SIGINT", group = false, grace = GRACE, linger = LINGER } = options;
    let timer: NodeJS.Timeout | undefined;
    const send = (what: NodeJS.Signals): void => {
        if (child.pid !== undefined) kill(group ? -child.pid : child.pid, what);
    };
    const end = (): void => {
        clearTimeout(timer);
        const alive = child.exitCode === null && child.signalCode === null;
        if (alive || group) send(alive ? interrupt : "SIGKILL");
        timer = alive ? setTimeout(() => send("SIGKILL"), grace) : setTimeout(() => cut(child), CUT);
    };
    signal.addEventListener("abort", end, { once: true });
    return new Promise((resolve) => {
        child.once("exit", () => {
            clearTimeout(timer);
            if (signal.aborted) end();
            else if (Number.isFinite(linger)) timer = setTimeout(() => cut(child), linger);
        });
        child.once("close", (status, by) => {
            clearTimeout(timer);
            signal.removeEventListener("abort", end);
            resolve(by === null ? { status: status ?? 0 } : { status: statusOf(by), signal: by });
        });
    });
}

/** Hears no more of a child's output. */
function cut(child: ChildProcess): void {
    child.stdout?.destroy();
    child.stderr?.destroy();
}

function failure(child: ChildProcess): Promise<never> {
    return new Promise((_, reject) => child.once("error", reject));
}

function kill(target: number, signal: NodeJS.Signals): void {
    try {
        process.kill(target, signal);
    } catch {
        // It has just ended.
    }
}

/** Exit status that a shell gives for a program that a signal ended. */
function statusOf(signal: NodeJS.Signals): number {
    return 128 + constants.signals[signal];
}

/**
 * Has a process or a group (a negative number) killed when this process ends without having released it. The guard is
 * in a group of its own, so that what kills this process' whole group leaves it.
 */
function guard(target: number): () => void {
    const watcher = spawn("/bin/sh", ["-c", GUARD, "guard", String(target)], {
        stdio: ["pipe", "ignore", "ignore"],
        detached: true,
    });
    watcher.on("error", () => undefined);
    watcher.stdin.on("error", () => undefined);
    watcher.unref();
    // Killed before its input is closed: it must not act on an id that may be another process' by now.
    return () => void watcher.kill("SIGKILL");
}
