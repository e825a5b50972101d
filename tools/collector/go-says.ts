/** What Go or Node says where there is no Go, no network, or no proxy that has the modules. */
const OUT_OF_REACH = /ENOENT|dial tcp|lookup .* on|no such host|i\/o timeout|module lookup disabled|connection refused/;

/** As much as a message has room for; a refused checksum takes nine lines. */
const LINES = 10;

/** How a program failed that `execFile` ran. */
export interface Failure {
    /** The end of what it printed, indented as the continuation of a problem. */
    readonly says: string;
    /** Go failed for want of Go, a network or a module proxy: the last line of what it printed. */
    readonly outOfReach?: string;
}

/** Reads the error that a rejected `execFile` gives. */
export function failure(error: unknown): Failure {
    if (!(error instanceof Error)) return { says: String(error) };
    const printed = ["stdout", "stderr"].map((stream) => String(Reflect.get(error, stream) ?? "")).join("\n");
    const lines = printed.split("\n").filter((line) => line.trim() !== "");
    const last = lines.at(-1)?.trim() ?? error.message;
    const says = lines.length > 1 ? ["", ...lines.slice(-LINES)].join("\n        ") : last;
    return OUT_OF_REACH.test(last) ? { says, outOfReach: last } : { says };
}
