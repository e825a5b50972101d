/** How one stack's tree differs from what it was. */
export interface StackDifference {
    readonly stack: string;
    /** Unified diff as git makes it; empty where nothing differs. */
    readonly diff: string;
}

/** By this line a comment is found again, so that a pull request has one and not one for each push. */
export const MARKER = "<!-- hearth-manifests -->";

/** Characters that a comment may have at GitHub are 65 536; some are left for the words around. */
const LIMIT = 60_000;

/**
 * The differences as the text of a comment. Where they are too long for one, each stack's is cut at the end of a line,
 * and says so.
 * @param limit characters of all diffs together
 */
export function differenceComment(differences: readonly StackDifference[], limit: number = LIMIT): string {
    const changed = differences.filter(({ diff }) => diff !== "");
    const same = differences.filter(({ diff }) => diff === "").map(({ stack }) => stack);
    const share = Math.floor(limit / Math.max(changed.length, 1));
    return [
        MARKER,
        "### What stacks would apply",
        ...changed.map((one) => section(one, share)),
        ...(same.length === 0 ? [] : [`The same as before: ${same.join(", ")}.`]),
        "",
    ].join("\n\n");
}

function section({ stack, diff }: StackDifference, share: number): string {
    const files = diff.split("\n").filter((line) => line.startsWith("diff --git ")).length;
    const title = `<details><summary>${stack}: ${files} ${files === 1 ? "file" : "files"}</summary>`;
    const shown = diff.length <= share ? diff : diff.slice(0, diff.lastIndexOf("\n", share) + 1);
    const left = diff.slice(shown.length).split("\n").length - 1;
    const cut = left > 0 ? [`${left} more lines: \`make manifests STACK=${stack}\` on both sides shows them.`] : [];
    return [title, fenced(shown), ...cut, "</details>"].join("\n\n");
}

/** In a fence that is longer than any in the text. */
function fenced(text: string): string {
    const longest = Math.max(2, ...[...text.matchAll(/`{3,}/g)].map(([ticks]) => ticks.length));
    const fence = "`".repeat(longest + 1);
    return `${fence}diff\n${text.trimEnd()}\n${fence}`;
}
