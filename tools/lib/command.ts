import { parseArgs } from "node:util";
import { UserError, type Problem } from "../../components/config/problems";

/** What a command takes: `flag` is there or not, `value` is followed by a text. */
export type OptionKind = "flag" | "value";

/** A module of `tools/commands/` exports one of these as `command`. */
export interface Command {
    /** One line for the list of commands, in lower case and without a full stop. */
    readonly summary: string;
    /** What `--help` prints: synopsis, what it does, options. */
    readonly usage: string;
    /** Options by name, without dashes. Every command has `--stack` and `--help` beside them. */
    readonly options?: Readonly<Record<string, OptionKind>>;
    /** Takes arguments that are no options. Default false. */
    readonly positionals?: boolean;
    /** Hands what follows `--` on to another program. Default false. */
    readonly passThrough?: boolean;
    /** @returns the exit status */
    run(args: ParsedArgs): Promise<number>;
}

/** Arguments of a command after checking. Names are without dashes. */
export interface ParsedArgs {
    readonly stack: string;
    readonly flags: ReadonlySet<string>;
    readonly values: ReadonlyMap<string, string>;
    readonly positionals: readonly string[];
    /** What follows `--`, for another program. */
    readonly rest: readonly string[];
}

/** Stack of a command that names none. */
export const DEFAULT_STACK = "dev-fast";

/** A command line that does not exist: exit status 2, where other mistakes have 1. */
export class UsageError extends UserError {
    public readonly exitStatus = 2;
}

/** The router's view of a module of `tools/commands/`. */
export interface Runnable {
    readonly summary: string;
    readonly usage: string;
    run(argv: readonly string[]): Promise<number>;
}

/**
 * A module's command.
 * @throws Error when it has none; that is a mistake of ours
 */
export function runnable(name: string, module: object): Runnable {
    if (!("command" in module) || !isCommand(module.command)) {
        throw new Error(`tools/commands/${name}.ts exports no command`);
    }
    const { command } = module;
    return { ...command, run: async (argv) => command.run(parseArguments(name, command, argv)) };
}

/**
 * Checks a command's arguments.
 * @throws UsageError with every unknown or incomplete one, and what there is instead
 */
export function parseArguments(
    name: string,
    {
        options = {},
        positionals = false,
        passThrough = false,
    }: Pick<Command, "options" | "positionals" | "passThrough">,
    argv: readonly string[],
): ParsedArgs {
    const end = passThrough ? argv.indexOf("--") : -1;
    const own = end === -1 ? argv : argv.slice(0, end);
    const kinds: Readonly<Record<string, OptionKind>> = { stack: "value", ...options };
    const { tokens } = parseArgs({
        args: [...own],
        strict: false,
        allowPositionals: true,
        tokens: true,
        options: Object.fromEntries(
            Object.entries(kinds).map(([option, kind]) => [option, { type: kind === "flag" ? "boolean" : "string" }]),
        ),
    });
    const flags = new Set<string>();
    const values = new Map<string, string>();
    const words: string[] = [];
    const problems: Problem[] = [];
    for (const token of tokens) {
        if (token.kind === "positional") {
            if (positionals) words.push(token.value);
            else problems.push({ where: token.value, what: "is not an option", fix: known(kinds) });
        } else if (token.kind === "option") {
            const problem = take(token, kinds[token.name]);
            if (problem !== undefined) problems.push({ where: token.rawName, ...problem });
        }
    }
    if (problems.length > 0) throw new UsageError(`${name} cannot do that`, problems);
    return {
        stack: values.get("stack") ?? DEFAULT_STACK,
        flags,
        values,
        positionals: words,
        rest: end === -1 ? [] : argv.slice(end + 1),
    };

    function take(
        { name, value, inlineValue }: { name: string; value?: string | undefined; inlineValue?: boolean | undefined },
        kind: OptionKind | undefined,
    ): Omit<Problem, "where"> | undefined {
        if (kind === undefined) return { what: "is not an option", fix: known(kinds) };
        if (kind === "flag") {
            if (value !== undefined) return { what: "takes no value", fix: `write --${name}` };
            flags.add(name);
            return undefined;
        }
        // `--stack --json` forgot the stack; a value that begins with a dash can be given with `=`.
        const missing = value === undefined || value === "" || (inlineValue !== true && value.startsWith("-"));
        if (missing) return { what: "has no value", fix: `write --${name} <value>` };
        values.set(name, value);
        return undefined;
    }
}

function known(kinds: Readonly<Record<string, OptionKind>>): string {
    const names = Object.entries(kinds).map(([name, kind]) => (kind === "flag" ? `--${name}` : `--${name} <value>`));
    return `leave it out; there are ${[...names, "--help"].join(", ")}`;
}

function isCommand(value: unknown): value is Command {
    if (value === null || typeof value !== "object") return false;
    const [summary, usage, run]: readonly unknown[] = ["summary", "usage", "run"].map((name) =>
        Reflect.get(value, name),
    );
    return typeof summary === "string" && typeof usage === "string" && typeof run === "function";
}
