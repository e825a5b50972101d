/** How long changes are gathered, in milliseconds. */
export interface Patience {
    /** As long as this without a change, and they are taken for whole. */
    readonly rest: number;
    /** At most this after the first one, however many follow. */
    readonly most: number;
}

/** An editor that saves writes, renames and sets times within a few ms; a `git checkout` of many files never pauses for 200. */
export const PATIENCE: Patience = { rest: 200, most: 10_000 };

/** Changes that are being gathered. Moments are milliseconds of any one clock. */
export interface Gathering {
    readonly paths: ReadonlySet<string>;
    readonly first: number;
    readonly last: number;
}

/** What is gathered after one more change. */
export function gathered(before: Gathering | undefined, path: string, at: number): Gathering {
    if (before === undefined) return { paths: new Set([path]), first: at, last: at };
    return { paths: new Set([...before.paths, path]), first: before.first, last: at };
}

/** The moment at which gathered changes are whole, if no other comes before. */
export function dueAt({ first, last }: Gathering, { rest, most }: Patience = PATIENCE): number {
    return Math.min(last + rest, first + most);
}

/** One change of a file. */
export interface Change {
    readonly path: string;
    readonly at: number;
}

/** Changes that are acted on together. */
export interface Batch {
    readonly paths: ReadonlySet<string>;
    /** When they were whole. */
    readonly at: number;
}

/** The batches that changes make, which come in the order of their moments: what the watcher does with a clock. */
export function batches(changes: readonly Change[], patience: Patience = PATIENCE): readonly Batch[] {
    const done: Batch[] = [];
    let open: Gathering | undefined;
    for (const { path, at } of changes) {
        if (open !== undefined && at >= dueAt(open, patience)) {
            done.push({ paths: open.paths, at: dueAt(open, patience) });
            open = undefined;
        }
        open = gathered(open, path, at);
    }
    return open === undefined ? done : [...done, { paths: open.paths, at: dueAt(open, patience) }];
}
