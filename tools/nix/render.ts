import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, sep } from "node:path";
import { MANIFESTS_DIR } from "../../components/config/delivery";
import { UserError } from "../../components/config/problems";
import { nixOnPath, nixSystem, runNix } from "./nix";

/** Folder of Nixidy's environments, a file for each stack. */
const ENVIRONMENTS_DIR = join("nix", "stacks");

/** Files of a tree: path inside it, with `/` between folders → content. */
export type Tree = ReadonlyMap<string, string>;

/** What a rendering changed of a stack's tree, by path inside it. */
export interface TreeChanges {
    readonly written: readonly string[];
    readonly removed: readonly string[];
}

/** Stacks that manifests are rendered for, sorted. */
export function environmentNames(project: string): readonly string[] {
    return readdirSync(join(project, ENVIRONMENTS_DIR))
        .filter((file) => file.endsWith(".nix"))
        .map((file) => file.slice(0, -".nix".length))
        .sort();
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

/**
 * What Nixidy makes of `nix/` for one stack.
 * @param args further arguments for Nix
 * @throws UserError for an unknown stack, where there is no Nix, and with what Nix says where it fails
 */
export async function renderStack(project: string, stack: string, args: readonly string[] = []): Promise<Tree> {
    const known = environmentNames(project);
    if (!known.includes(stack)) {
        throw new UserError("nothing is rendered for that stack", [
            { where: stack, what: `has no file in ${ENVIRONMENTS_DIR}`, fix: `name one of ${known.join(", ")}` },
        ]);
    }
    const nix = nixOnPath();
    const system = nixSystem();
    if (nix === undefined || system === undefined) {
        throw new UserError("manifests cannot be rendered here", [
            {
                where: "nix",
                what: nix === undefined ? "is not on PATH" : "has no environments for this kind of machine",
                fix: `install Nix (https://nixos.org/download), or edit the files of ${MANIFESTS_DIR}/${stack} by hand`,
            },
        ]);
    }
    const attribute = `.#nixidyEnvs.${system}.${stack}.environmentPackage`;
    const result = await runNix(nix, project, ["build", ...args, attribute, "--no-link", "--print-out-paths"]);
    if (result.status === 0) return readTree(result.stdout.trim());
    throw new UserError(`nothing was rendered for stack ${stack}`, [
        {
            where: "nix/",
            what: `is refused by Nix:\n${result.stderr}`,
            fix: "correct it; Nix sees only files that git knows, so git add new ones",
        },
    ]);
}
