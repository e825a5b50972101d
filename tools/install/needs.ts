import { TOOL_NAMES, type ToolName } from "./tool-spec";

/** What a run is going to do, as far as tools depend on it. */
export interface Need {
    readonly cluster: "kind" | "kwok" | "existing";
    /** Charts are asked of a repository or packed. Default false. */
    readonly charts?: boolean;
}

/** True for a kind of cluster, as a command line names it. */
export function isCluster(value: string): value is Need["cluster"] {
    return value === "kind" || value === "kwok" || value === "existing";
}

/** The tools of a run, in the order of the registry. */
export function neededTools({ cluster, charts = false }: Need): readonly ToolName[] {
    const always: readonly ToolName[] = [
        "pulumi",
        "language-host",
        "kubernetes-provider",
        "command-provider",
        "random-provider",
        "sops",
        "age",
    ];
    const forCluster: Readonly<Record<Need["cluster"], readonly ToolName[]>> = {
        // The control plane brings a kubectl of its own version.
        kwok: ["control-plane", "kwok"],
        kind: ["kind", "kubectl"],
        existing: ["kubectl"],
    };
    const wanted = new Set<ToolName>([...always, ...forCluster[cluster], ...(charts ? ["helm" as const] : [])]);
    return TOOL_NAMES.filter((name) => wanted.has(name));
}
