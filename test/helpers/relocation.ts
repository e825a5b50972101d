/** What stands in place of what: addresses (`host:port`, `:port`) and absolute paths, each as a whole. */
export type Moves = Readonly<Record<string, string>>;

/**
 * A configuration for a program that runs on loopback: the text with other addresses and folders, and nothing else
 * different. All moves happen at once, so that none sees what another has put there; a path stands for all below it.
 */
export function moved(text: string, moves: Moves): string {
    // Of two that begin alike, the longer one is meant.
    const froms = Object.keys(moves).sort((a, b) => b.length - a.length);
    if (froms.length === 0) return text;
    return text.replaceAll(new RegExp(froms.map(wholeOf).join("|"), "g"), (found) => moves[found] ?? found);
}

/** Moves that the text has no use for; a test that makes one has not understood the configuration. */
export function needless(text: string, moves: Moves): readonly string[] {
    return Object.keys(moves).filter((from) => !new RegExp(wholeOf(from)).test(text));
}

/** Finds it where it is not part of a longer name, number, address or path. */
function wholeOf(from: string): string {
    const before = from.startsWith("/") ? "(?<![\\w./-])" : "(?<![\\w.-])";
    return `${before}${from.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&")}(?![\\w.-])`;
}
