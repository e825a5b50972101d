import type { ContainerEngine } from "./schema";

/** What the settings alone cannot tell: facts of this machine and checkout, read once before the gate. */
export interface Environment {
    /** Container engines that answer, in the order in which `auto` takes them. */
    readonly engines: readonly ContainerEngine[];
    /** Provider of the cluster that this checkout made for this stack, if there is one. */
    readonly recordedProvider?: "kind" | "kwok";
    /** Names of files and folders in `.hearth/charts`. */
    readonly charts: readonly string[];
    /** Names of files in `.hearth/images`. */
    readonly ownImages: readonly string[];
}
