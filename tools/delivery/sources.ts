import { existsSync, readFileSync, statSync } from "node:fs";
import { join, posix } from "node:path";
import { parse } from "yaml";
import type { GitopsConfig } from "../../components/config/schema";
import { applicationFolders, KUSTOMIZATIONS } from "../../components/delivery/read-tree";
import { checksum } from "../../components/core/hash";
import { hashContents } from "../warm/fingerprint";

/** Where an application's objects come from. */
export interface ApplicationSources {
    /** The application's folder, relative to the project. */
    readonly folder: string;
    /** That folder, and those that its Kustomization leads to; relative to the project, each once. */
    readonly folders: readonly string[];
}

/** The folder below which all applications are: what comes before the first `*` of the path. */
export function sourceRoot(path: string): string {
    const parts = path.split("/");
    const first = parts.findIndex((part) => part.includes("*"));
    return first === -1 ? path : parts.slice(0, first).join("/") || ".";
}

/** The folders that the applications of a checkout are made from. */
export function applicationSources(
    project: string,
    gitops: Pick<GitopsConfig, "path" | "without">,
): readonly ApplicationSources[] {
    return applicationFolders(project, gitops).map((folder) => ({ folder, folders: [...led(project, folder)] }));
}

/** One hash over everything that the applications are made from. */
export function sourcesHash(project: string, gitops: Pick<GitopsConfig, "path" | "without">): string {
    const folders = applicationSources(project, gitops).flatMap((sources) => sources.folders);
    return checksum([...new Set(folders)].sort().map((folder) => [folder, hashContents(join(project, folder))]));
}

/**
 * A folder and all that its Kustomization leads to. Kustomize itself takes files only from below the folder of the
 * Kustomization that names them, so that it is folders that lead elsewhere.
 */
function led(project: string, folder: string, seen: ReadonlySet<string> = new Set()): ReadonlySet<string> {
    if (seen.has(folder)) return seen;
    return references(join(project, folder)).reduce<ReadonlySet<string>>(
        (known, reference) => {
            const target = posix.normalize(posix.join(folder, reference));
            const inside = !posix.isAbsolute(reference) && !target.startsWith("..");
            return inside && isFolder(join(project, target)) ? led(project, target, known) : known;
        },
        new Set([...seen, folder]),
    );
}

/** What a folder's Kustomization names; nothing for one that is no YAML now, which its rendering tells. */
function references(path: string): readonly string[] {
    const file = KUSTOMIZATIONS.map((name) => join(path, name)).find((name) => existsSync(name));
    if (file === undefined) return [];
    try {
        const value: unknown = parse(readFileSync(file, "utf8"));
        if (value === null || typeof value !== "object") return [];
        const lists = ["resources", "bases", "components"].map((field): unknown => Reflect.get(value, field));
        return lists.flatMap((list) => (Array.isArray(list) ? list : [])).filter((one) => typeof one === "string");
    } catch {
        return [];
    }
}

function isFolder(path: string): boolean {
    return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
