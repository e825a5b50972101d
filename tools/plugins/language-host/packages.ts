import { existsSync, readFileSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseManifest, type Manifest } from "./manifest";

/** A package that is installed for a program. */
export interface Installed {
    /** Its folder, with all links resolved. */
    readonly folder: string;
    readonly manifest: Manifest;
    /** The program's own package.json names it. */
    readonly direct: boolean;
}

/**
 * All packages that a program depends on and that are installed, nearest first. They are found as Node finds them,
 * from the program's package.json on, so that neither the rest of the program's folder is read nor what lies in it
 * (policy packs, fixtures) mistaken for a dependency. Empty when there is no package.json.
 * @throws Error that names the program's package.json, when that cannot be read
 */
export function installedPackages(programFolder: string): readonly Installed[] {
    const root = projectFolder(programFolder);
    if (root === undefined) return [];
    const own = rootManifest(root);
    const find = finder();
    const found = new Map<string, Installed>();
    const queue: { readonly from: string; readonly names: readonly string[]; readonly direct: boolean }[] = [
        { from: root, names: [...own.dependencies, ...own.optional, ...own.development], direct: true },
    ];
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
        for (const name of next.names) {
            const folder = find(next.from, name);
            if (folder === undefined || found.has(folder)) continue;
            const manifest = readManifest(folder);
            if (manifest === undefined) continue;
            found.set(folder, { folder, manifest, direct: next.direct });
            queue.push({ from: folder, names: [...manifest.dependencies, ...manifest.optional], direct: false });
        }
    }
    return [...found.values()];
}

/** The nearest folder, from this one upwards, with a package.json. */
export function projectFolder(folder: string): string | undefined {
    return ancestors(folder).find((candidate) => existsSync(join(candidate, "package.json")));
}

function rootManifest(folder: string): Manifest {
    const file = join(folder, "package.json");
    try {
        return parseManifest(readFileSync(file, "utf8"));
    } catch (error) {
        throw new Error(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
    }
}

/** Finds the folder of the package that `require(name)` in `from` would load from. */
type Find = (from: string, name: string) => string | undefined;

/** Remembers where there is nothing to be found: most packages lie side by side, and most folders in none. */
function finder(): Find {
    const shelves = new Map<string, boolean>();
    const folders = new Map<string, string>();
    const isShelf = (folder: string): boolean => remembered(shelves, folder, () => existsSync(folder));
    const real = (folder: string): string =>
        remembered(folders, folder, () =>
            existsSync(join(folder, "package.json")) ? realpathSync.native(folder) : "",
        );
    return (from, name) => {
        for (const folder of ancestors(from)) {
            const shelf = join(folder, "node_modules");
            const found = isShelf(shelf) ? real(join(shelf, name)) : "";
            if (found !== "") return found;
        }
        return undefined;
    };
}

function remembered<T extends string | boolean>(known: Map<string, T>, key: string, find: () => T): T {
    const value = known.get(key) ?? find();
    known.set(key, value);
    return value;
}

/** A dependency whose package.json is broken is one that the program cannot load either; it will say so better. */
function readManifest(folder: string): Manifest | undefined {
    try {
        return parseManifest(readFileSync(join(folder, "package.json"), "utf8"));
    } catch {
        return undefined;
    }
}

function ancestors(folder: string): readonly string[] {
    const parent = dirname(folder);
    return parent === folder ? [folder] : [folder, ...ancestors(parent)];
}
