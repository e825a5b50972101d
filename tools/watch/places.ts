import type { ApplicationSources } from "../delivery/sources";

/** What a changed path is part of. */
export type Place =
    /** Folders of applications, which are made anew. */
    | { readonly kind: "applications"; readonly folders: readonly string[] }
    /** What Nix makes the manifests of. */
    | { readonly kind: "nix" }
    /** The TypeScript program, or the stack's settings. */
    | { readonly kind: "program" }
    | { readonly kind: "nothing" };

/** What is watched, and what makes the manifests. */
export interface Sources {
    readonly stack: string;
    /** Folder below which the applications are. */
    readonly root: string;
    readonly applications: readonly ApplicationSources[];
    /** Nix is here, so that the applications' folders are output and not source. */
    readonly nix: boolean;
}

/** Files and folders of Nix' side; chart versions and what the program tells of the platform are among its input. */
const NIX: readonly string[] = ["flake.nix", "flake.lock", "nix", "components/config/registry.json"];

/** Files and folders of the program. What tools do is no part of what is in the cluster. */
const PROGRAM: readonly string[] = ["index.ts", "components", "package-lock.json"];

/** The paths to watch, relative to the project; one that is not there yet is watched for. */
export function watched({ stack, root, applications, nix }: Sources): readonly string[] {
    const led = applications.flatMap(({ folders }) => folders).filter((folder) => !isBelow(folder, root));
    const own = nix ? NIX : [root, ...led];
    return [...new Set([...own, ...PROGRAM, `Pulumi.${stack}.yaml`])];
}

/** What a path is part of. */
export function placeOf(path: string, { stack, root, applications, nix }: Sources): Place {
    if (nix && NIX.some((known) => isBelow(path, known))) return { kind: "nix" };
    if (PROGRAM.some((known) => isBelow(path, known)) || path === `Pulumi.${stack}.yaml`) return { kind: "program" };
    if (nix) return { kind: "nothing" };
    const known = applications
        .filter(({ folders }) => folders.some((folder) => isBelow(path, folder)))
        .map(({ folder }) => folder);
    if (known.length > 0) return { kind: "applications", folders: known };
    // A folder that is new, or was none of an application's.
    return isBelow(path, root) ? { kind: "applications", folders: [] } : { kind: "nothing" };
}

/** Whether a path is another one or below it; everything is below `.`. */
export function isBelow(path: string, above: string): boolean {
    return above === "." || path === above || path.startsWith(`${above}/`);
}
