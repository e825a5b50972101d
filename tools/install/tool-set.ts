import type { ToolName } from "./tool-spec";

/** Where a tool came from in the first place. */
export type Origin = "PATH" | "PULUMI_HOME" | "release" | "built" | "stand-in";

/** A tool that is ready to run. */
export interface InstalledTool {
    readonly name: ToolName;
    readonly version: string;
    readonly origin: Origin;
    /** It was there before this run, in the cache. */
    readonly cached: boolean;
    /** Absolute path of each binary. */
    readonly files: Readonly<Record<string, string>>;
    /** Why what is on PATH was passed over, for a person. */
    readonly passedOver?: string;
}

/** The tools of a run and how to start them. */
export interface ToolSet {
    /** Differs whenever any tool does. */
    readonly key: string;
    /** Folder with every binary; the only one that PATH needs. */
    readonly binDir: string;
    /** Pulumi's home for these tools: their plugins are in it. Nothing of the user's own is touched. */
    readonly pulumiHome: string;
    /** Variables for child processes, to be laid over those of this process. */
    readonly env: Readonly<Record<string, string>>;
    readonly versions: Readonly<Partial<Record<ToolName, string>>>;
    readonly tools: readonly InstalledTool[];
}
