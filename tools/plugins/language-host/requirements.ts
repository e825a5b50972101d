import type { Manifest, Parameterization } from "./manifest";
import type { Installed } from "./packages";

/** A resource plugin that a program needs. */
export interface Requirement {
    readonly name: string;
    /** With a leading v, as Pulumi's own host says it. */
    readonly version: string;
    readonly server?: string;
    readonly parameterization?: Parameterization;
}

/** Requirements, and what to tell the user about packages that are not as they should be. */
export interface Requirements {
    readonly plugins: readonly Requirement[];
    readonly warnings: readonly string[];
}

/** The plugins of a program's packages, each once, in the packages' order. */
export function requirements(packages: readonly Installed[]): Requirements {
    const plugins = new Map<string, Requirement>();
    const warnings = incompatibleSdks(packages);
    for (const { folder, manifest } of packages) {
        if (manifest.plugin === undefined) continue;
        const requirement = requirementOf(manifest);
        if (typeof requirement === "string") warnings.push(`${folder}/package.json: ${requirement}`);
        else plugins.set(JSON.stringify(requirement), requirement);
    }
    return { plugins: [...plugins.values()], warnings };
}

/** @returns a text when the package does not say which plugin it needs */
function requirementOf(manifest: Manifest): Requirement | string {
    const { plugin = {} } = manifest;
    // Only packages of Pulumi's own may leave the name out: theirs is the plugin's.
    const name = plugin.name ?? /^@pulumi\/(.+)$/.exec(manifest.name)?.[1];
    if (name === undefined) return "it says that it has a resource plugin, and not which (pulumi.name)";
    const version = plugin.version ?? manifest.version;
    if (version === "") return "it says that it has a resource plugin, and not of which version";
    return {
        name,
        version: version.startsWith("v") ? version : `v${version}`,
        ...(plugin.server === undefined ? {} : { server: plugin.server }),
        ...(plugin.parameterization === undefined ? {} : { parameterization: plugin.parameterization }),
    };
}

/** SDKs of different major versions do not know each other's resources and outputs. */
function incompatibleSdks(packages: readonly Installed[]): string[] {
    const sdks = packages.filter(({ manifest }) => manifest.name === "@pulumi/pulumi");
    const [first, ...others] = sdks;
    if (first === undefined) return [];
    const major = (version: string): string => version.split(".")[0] ?? "";
    return others
        .filter(({ manifest }) => major(manifest.version) !== major(first.manifest.version))
        .map(
            ({ manifest, folder }) =>
                `two versions of @pulumi/pulumi that do not work together are installed: ` +
                `${first.manifest.version} in ${first.folder} and ${manifest.version} in ${folder}`,
        );
}
