import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, sep } from "node:path";

/** Files of a tree: path inside it, with `/` between folders → content. */
export type Tree = ReadonlyMap<string, string>;

/** What writing a tree has changed, by path inside it. */
export interface TreeChanges {
    readonly written: readonly string[];
    readonly removed: readonly string[];
}

/** The files of a folder, links followed; none where there is no folder. */
export function readTree(folder: string): Tree {
    if (!existsSync(folder)) return new Map();
    const paths = readdirSync(folder, { recursive: true, encoding: "utf8" }).sort();
    const files = paths.filter((path) => statSync(join(folder, path)).isFile());
    return new Map(files.map((path) => [path.split(sep).join("/"), readFileSync(join(folder, path), "utf8")]));
}

/** How one tree becomes another: files that are the same are left alone, so that nothing that watches them wakes up. */
export function treeChanges(is: Tree, shouldBe: Tree): TreeChanges {
    return {
        written: [...shouldBe].filter(([path, content]) => is.get(path) !== content).map(([path]) => path),
        removed: [...is.keys()].filter((path) => !shouldBe.has(path)),
    };
}

/** Makes a folder have exactly the files of a tree; folders that get empty go. */
export function writeTree(folder: string, tree: Tree): TreeChanges {
    const changes = treeChanges(readTree(folder), tree);
    for (const path of changes.removed) {
        rmSync(join(folder, path));
        for (let above = dirname(path); above !== "."; above = dirname(above)) {
            if (readdirSync(join(folder, above)).length > 0) break;
            rmSync(join(folder, above), { recursive: true });
        }
    }
    for (const path of changes.written) {
        mkdirSync(dirname(join(folder, path)), { recursive: true });
        writeFileSync(join(folder, path), tree.get(path) ?? "");
    }
    return changes;
}
