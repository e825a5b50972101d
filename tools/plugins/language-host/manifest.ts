/** What the engine needs to know of a package's package.json. */
export interface Manifest {
    readonly name: string;
    readonly version: string;
    /** Names that the package cannot do without. */
    readonly dependencies: readonly string[];
    /** Names that may be missing. */
    readonly optional: readonly string[];
    /** Names that its own development needs: they count for the program itself only. */
    readonly development: readonly string[];
    /** Present when the package belongs to a resource plugin. */
    readonly plugin?: PluginManifest;
}

/** The `pulumi` section of a package.json. */
export interface PluginManifest {
    readonly name?: string;
    readonly version?: string;
    /** Where the plugin is downloaded from when not from Pulumi's own place. */
    readonly server?: string;
    readonly parameterization?: Parameterization;
}

/** What makes one plugin serve another package. */
export interface Parameterization {
    readonly name: string;
    readonly version: string;
    /** In base64. */
    readonly value: string;
}

/** Reads a package.json. What is not of the expected form counts as absent. @throws SyntaxError when it is not JSON */
export function parseManifest(text: string): Manifest {
    const json = record(JSON.parse(text));
    const pulumi = record(json["pulumi"]);
    return {
        name: string(json["name"]) ?? "",
        version: string(json["version"]) ?? "",
        dependencies: Object.keys(record(json["dependencies"])),
        optional: [
            ...Object.keys(record(json["optionalDependencies"])),
            ...Object.keys(record(json["peerDependencies"])),
        ],
        development: Object.keys(record(json["devDependencies"])),
        ...(pulumi["resource"] === true ? { plugin: pluginManifest(pulumi) } : {}),
    };
}

function pluginManifest(pulumi: Readonly<Record<string, unknown>>): PluginManifest {
    const parameterization = record(pulumi["parameterization"]);
    return {
        ...text("name", pulumi["name"]),
        ...text("version", pulumi["version"]),
        ...text("server", pulumi["server"]),
        ...(pulumi["parameterization"] === undefined
            ? {}
            : {
                  parameterization: {
                      name: string(parameterization["name"]) ?? "",
                      version: string(parameterization["version"]) ?? "",
                      value: string(parameterization["value"]) ?? "",
                  },
              }),
    };
}

function text<K extends string>(key: K, value: unknown): { readonly [P in K]?: string };
function text(key: string, value: unknown): Readonly<Record<string, string>> {
    const found = string(value);
    return found === undefined ? {} : { [key]: found };
}

function string(value: unknown): string | undefined {
    return typeof value === "string" && value !== "" ? value : undefined;
}

function record(value: unknown): Readonly<Record<string, unknown>> {
    return isRecord(value) ? value : {};
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
    return value !== null && typeof value === "object" && !Array.isArray(value);
}
