import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { UserError, type Problem } from "../config/problems";
import type { PlatformConfig } from "../config/schema";
import { readApplications, type Application, type ApplicationFolder, type TreeFile } from "./tree";

/** What of a stack's settings says which folders are applications, and where these go. */
export type TreeSettings = Pick<PlatformConfig, "applicationNamespaces" | "gitops" | "stack">;

/** Names by which a folder is one of Kustomize's. */
export const KUSTOMIZATIONS = ["kustomization.yaml", "kustomization.yml", "Kustomization"] as const;

/** Milliseconds; Kustomize asks no network for what it finds here. */
const RENDER_WITHIN = 30_000;

/**
 * The applications of a stack, from the files of the checkout.
 * @throws UserError with everything that is wrong with them
 */
export function loadApplications(project: string, settings: TreeSettings): readonly Application[] {
    const read = applicationFolders(project, settings.gitops).map((folder) => readFolder(project, folder));
    const { applications, problems } = readApplications(
        read.flatMap(({ application }) => (application === undefined ? [] : [application])),
        settings.applicationNamespaces,
    );
    const all = [...read.flatMap((one) => one.problems), ...problems];
    if (all.length > 0) throw new UserError(`the applications of stack ${settings.stack} are not valid`, all);
    return applications;
}

/** Folders that are an application each, relative to the project, sorted. A tree that is not there has none. */
export function applicationFolders(
    project: string,
    { path, without = [] }: Pick<PlatformConfig["gitops"], "path" | "without">,
): readonly string[] {
    const found = path.split("/").reduce<readonly string[]>(
        (folders, part) =>
            folders.flatMap((folder) =>
                subfolders(join(project, folder))
                    .filter((name) => matches(name, part))
                    .map((name) => (folder === "" ? name : `${folder}/${name}`)),
            ),
        [""],
    );
    return found.filter((folder) => !without.some((glob) => folderMatches(folder, glob))).sort();
}

/** Whether a folder fits a glob, part by part. */
export function folderMatches(folder: string, glob: string): boolean {
    const [parts, patterns] = [folder.split("/"), glob.split("/")];
    return parts.length === patterns.length && parts.every((part, index) => matches(part, patterns[index] ?? ""));
}

/** `*` stands for any text without a `/`, as it does for Argo CD; hidden folders want to be named. */
function matches(name: string, pattern: string): boolean {
    if (name.startsWith(".") && !pattern.startsWith(".")) return false;
    const source = pattern.split("*").map((text) => text.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
    return new RegExp(`^${source.join("[^/]*")}$`).test(name);
}

function subfolders(folder: string): readonly string[] {
    if (!existsSync(folder)) return [];
    return readdirSync(folder).filter((name) => statSync(join(folder, name), { throwIfNoEntry: false })?.isDirectory());
}

interface ReadFolder {
    readonly application?: ApplicationFolder;
    readonly problems: readonly Problem[];
}

/** The files of an application: what Kustomize makes of the folder where it is one of those, else its YAML files. */
export function readFolder(project: string, folder: string): ReadFolder {
    const path = join(project, folder);
    const kustomization = KUSTOMIZATIONS.find((name) => existsSync(join(path, name)));
    if (kustomization !== undefined) return kustomized(project, folder, kustomization);
    if (existsSync(join(path, "Chart.yaml"))) {
        const what = "is a Helm chart, which Pulumi does not take for an application";
        const fix = "render it into the folder (helm template), or let Argo CD deliver it (layer argocd)";
        return { problems: [{ where: `${folder}/Chart.yaml`, what, fix }] };
    }
    return { application: { folder, files: yamlFiles(path, folder) }, problems: [] };
}

function yamlFiles(path: string, folder: string): readonly TreeFile[] {
    // Argo CD does not look into subfolders either, unless it is told to.
    return readdirSync(path, { withFileTypes: true })
        .filter((entry) => !entry.isDirectory() && /\.(ya?ml|json)$/.test(entry.name) && !entry.name.startsWith("."))
        .map(({ name }) => name)
        .sort()
        .flatMap((name) => {
            const text = textOf(join(path, name));
            return text === undefined ? [] : [{ path: `${folder}/${name}`, text }];
        });
}

/** Undefined for a file that has just gone, and for a link that leads nowhere, as editors make for their locks. */
function textOf(path: string): string | undefined {
    try {
        return readFileSync(path, "utf8");
    } catch (error) {
        if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
        throw error;
    }
}

function kustomized(project: string, folder: string, kustomization: string): ReadFolder {
    const where = `${folder}/${kustomization}`;
    const { error, status, stdout, stderr } = spawnSync("kubectl", ["kustomize", folder], {
        cwd: project,
        encoding: "utf8",
        maxBuffer: 64 * 2 ** 20,
        timeout: RENDER_WITHIN,
    });
    if (error !== undefined && "code" in error && error.code === "ENOENT") {
        const fix = 'make up brings it; for plain Pulumi: eval "$(make env)"';
        return { problems: [{ where, what: "needs kubectl, which is not on PATH", fix }] };
    }
    if (status !== 0) {
        const said = stderr.trim().replace(/^error: /, "");
        return { problems: [{ where, what: `cannot be rendered: ${said}`, fix: "mend what Kustomize says" }] };
    }
    return { application: { folder, files: [{ path: where, text: stdout }] }, problems: [] };
}
