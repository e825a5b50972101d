/** One piece of work: how long it took itself, and what had to end before it could begin. */
export interface Work {
    readonly id: string;
    /** Milliseconds of its own. */
    readonly duration: number;
    readonly after: readonly string[];
    /** When it began, milliseconds since the beginning of all; absent where nobody saw. */
    readonly start?: number;
}

export interface CriticalPath {
    /** Milliseconds of the whole chain. */
    readonly duration: number;
    /** The chain from its first piece of work to its last. */
    readonly path: readonly Work[];
}

/**
 * The chain of dependent work that takes longest: no schedule, however many things it does at once, can end
 * before it. Dependencies on unknown work are ignored.
 * @throws Error when the dependencies form a circle
 */
export function criticalPath(work: readonly Work[]): CriticalPath {
    const byId = new Map(work.map((piece) => [piece.id, piece]));
    const longest = new Map<string, CriticalPath>();
    const open = new Set<string>();

    const until = (piece: Work): CriticalPath => {
        const known = longest.get(piece.id);
        if (known !== undefined) return known;
        if (open.has(piece.id)) throw new Error(`${piece.id} depends on itself`);
        open.add(piece.id);
        const before = piece.after
            .map((id) => byId.get(id))
            .filter((found) => found !== undefined)
            .map(until)
            .reduce<CriticalPath>((best, next) => (next.duration > best.duration ? next : best), NOTHING);
        open.delete(piece.id);
        const result = { duration: before.duration + piece.duration, path: [...before.path, piece] };
        longest.set(piece.id, result);
        return result;
    };

    return work.map(until).reduce((best, next) => (next.duration > best.duration ? next : best), NOTHING);
}

const NOTHING: CriticalPath = { duration: 0, path: [] };
