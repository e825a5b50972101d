/** What the registry (`tools/registry.ts`) says of a tool. */

export const TOOL_NAMES = [
    "pulumi",
    "language-host",
    "kubernetes-provider",
    "command-provider",
    "random-provider",
    "sops",
    "age",
    "control-plane",
    "kwok",
    "kind",
    "kubectl",
    "helm",
    "argocd",
    "prometheus",
    "alertmanager",
    "loki",
    "tempo",
    "traefik",
    "istioctl",
] as const;

export type ToolName = (typeof TOOL_NAMES)[number];

/** Versions `from` (inclusive) up to `below` (exclusive). */
export interface VersionRange {
    readonly from: string;
    readonly below?: string;
}

/** How to tell whether what the user has on PATH will do. */
export interface PathCheck {
    /** Arguments that make each binary print its version. */
    readonly args: readonly string[];
    /** Finds the version; its first group is `1.2.3`. */
    readonly pattern: RegExp;
    readonly accepts: VersionRange;
    /** Files that must be in the folder that the first binary really is in. */
    readonly beside?: readonly string[];
}

/**
 * One file of an official release. In addresses and member names, `{version}` is the download's version, `{os}` is
 * `linux` or `darwin`, `{arch}` is `amd64` or `arm64`, and `{cpu}` is the same in Node's words (`x64`, `arm64`).
 */
export interface Download {
    readonly version: string;
    readonly url: string;
    /** Files taken out of a `.tar.gz`, by their path in it; absent when the download is the binary itself. */
    readonly members?: Readonly<Record<string, string>>;
    /** Binary that the download is; absent for a `.tar.gz`. */
    readonly binary?: string;
    /**
     * Address of the checksums that the release publishes, over the same TLS connection as the file: we are certain of
     * the place, not of digests that we could not fetch ourselves. A download without a matching digest is never run.
     */
    readonly checksums: string;
    /** The release may give SHA-1 digests instead of SHA-256 ones. Default false. */
    readonly sha1?: boolean;
}

/** An official release, as one or more downloads. */
export interface Release {
    readonly downloads: readonly Download[];
    /** Systems that it exists for. Default Linux and macOS. */
    readonly systems?: readonly ("linux" | "darwin")[];
}

/**
 * Files of one of the modules that are built, in place of its own or because its zip lacks them, such as a web page that
 * is made before a release.
 */
export interface AmendedModule {
    /** Path of the module. */
    readonly module: string;
    /** By the path in the module: the text, or the file under the folder of the build that has it. */
    readonly files: Readonly<Record<string, string | { readonly from: string }>>;
}

/** A build from source. */
export interface GoModule {
    /** Folder under tools/modules. */
    readonly folder: string;
    /** Binary → package. */
    readonly packages: Readonly<Record<string, string>>;
    readonly ldflags: string;
    /** All binaries of the tool are links to this one, which goes by the name that it is called by. */
    readonly multiCall?: string;
    readonly amended?: AmendedModule;
    /** Rough minutes on 2 cores with nothing cached: the slowest is built first. */
    readonly minutes: number;
}

export interface ToolSpec {
    readonly name: ToolName;
    readonly version: string;
    /** What it is for, for the progress line. */
    readonly purpose: string;
    /** Executables that it yields. */
    readonly binaries: readonly string[];
    /** Name of the resource plugin that it is; such a tool goes to PULUMI_HOME instead of PATH. */
    readonly plugin?: string;
    /** It comes with this tool, when that tool is an official one. */
    readonly comesWith?: ToolName;
    readonly onPath?: PathCheck;
    readonly release?: Release;
    readonly module?: GoModule;
    /** Folder under tools/plugins of the program that stands in where nothing else can be had. */
    readonly standIn?: string;
}
