import { namespaceName } from "./namespaces";
import type { Mode } from "./schema";

/** Folder of the rendered trees, one for each mode. */
export const MANIFESTS_DIR = "manifests";

/** Folder of the rendered tree of a mode, relative to the project. */
export function treeOf(mode: Mode): string {
    return `${MANIFESTS_DIR}/${mode}`;
}

/** Name of the git server's workload, Service and ServiceAccount. */
export const GIT_SERVER = "git-server";

/** Port of git's own protocol, which IANA gave it. */
export const GIT_PORT = 9418;

/** Folder of the git server's one repository below the folder that it serves. */
export const SERVED_FOLDER = "checkout.git";

/** What Argo CD delivers from where it is told of no other repository. */
export const SERVED_REPOSITORY = `git://${GIT_SERVER}.${namespaceName("gitops")}.svc:${GIT_PORT}/${SERVED_FOLDER}`;

/** Annotation that says in which wave an object comes: a whole number, 0 where it is absent. Argo CD's own. */
export const WAVE_ANNOTATION = "argocd.argoproj.io/sync-wave";

/**
 * The namespace of the application in a folder: the one that the folder above it is named after, else the first. So
 * with one namespace any layout will do, and with several it is `<namespace>/<application>`.
 */
export function namespaceOfFolder(folder: string, namespaces: readonly string[]): string | undefined {
    const [first] = namespaces;
    const above = folder.split("/").at(-2);
    return above !== undefined && namespaces.includes(above) ? above : first;
}
