import { join } from "node:path";
import type { GitopsConfig } from "../../components/config/schema";
import { readTree, type Tree } from "../lib/tree";

/** The files of the checkout that Argo CD takes, by path in it: of each folder that the path names, all. */
export function deliveredFiles(project: string, { path, without = [] }: Pick<GitopsConfig, "path" | "without">): Tree {
    const segments = path.split("/");
    const glob = segments.findIndex((segment) => segment.includes("*"));
    const base = segments.slice(0, glob < 0 ? undefined : glob).join("/");
    const files = [...readTree(join(project, base))].map(([file, text]): [string, string] => [`${base}/${file}`, text]);
    return new Map(files.filter(([file]) => !without.some((folder) => file.startsWith(`${folder}/`))));
}
