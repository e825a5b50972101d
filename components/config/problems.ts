/** One thing that is wrong with what a user gave, in the three parts that a reader needs. */
export interface Problem {
    /** Where: a setting (`hearth:workers`), a file, a tool. */
    readonly where: string;
    /** What is wrong, as a sentence without its subject's name. Never contains a secret's value. */
    readonly what: string;
    /** What to do about it, as an imperative. */
    readonly fix: string;
}

/** The text of all problems under one heading; each problem takes two lines. */
export function formatProblems(heading: string, problems: readonly Problem[]): string {
    const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
    const lines = problems.flatMap(({ where, what, fix }) => [`  - ${where}: ${what}`, `    fix: ${fix}`]);
    return [`${heading} (${count}):`, ...lines].join("\n");
}

/** A user's mistake: shown as its message, never with a stack trace. */
export class UserError extends Error {
    public override readonly name = "UserError";

    public constructor(
        public readonly heading: string,
        public readonly problems: readonly Problem[],
    ) {
        super(formatProblems(heading, problems));
    }
}

/**
 * An error whose stack is its message alone. Pulumi shows the message of a RunError only, but formats the whole stack
 * for its trace, in colours; with frames of its SDK, whose source maps end in `node_modules/@pulumi/<file>`, Node 20.20
 * then fills the memory for half a minute before it gives up (markNodeModules of node:internal/util/inspect).
 */
export function withoutStack<E extends Error>(error: E): E {
    error.stack = `${error.name}: ${error.message}`;
    return error;
}
