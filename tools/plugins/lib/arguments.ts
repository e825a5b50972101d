/** What the engine says on a plugin's command line. */
export interface PluginArguments {
    /** Address of the engine, host:port. Absent when a person started the plugin, to debug it. */
    readonly engine?: string;
    /** Endpoint for traces in Zipkin's format. */
    readonly tracing?: string;
    /** The plugin is only asked which version it is. */
    readonly version: boolean;
}

/** Flags whose value may be the argument after them; the engine writes all others as `-name` or `-name=value`. */
const WITH_VALUE: ReadonlySet<string> = new Set(["tracing", "runtime"]);

/**
 * Reads a plugin's command line: flags as Go's flag package takes them (one or two dashes), then the engine's address.
 * Unknown flags are skipped, since the engine passes on its own (`-v=9`, `--logtostderr`).
 */
export function pluginArguments(argv: readonly string[]): PluginArguments {
    const flags = new Map<string, string>();
    const rest = [...argv];
    let next = rest.shift();
    for (; next !== undefined && /^--?[a-z]/i.test(next); next = rest.shift()) {
        const [name = "", ...value] = next.replace(/^--?/, "").split("=");
        const separate = value.length === 0 && WITH_VALUE.has(name);
        flags.set(name, separate ? (rest.shift() ?? "") : value.join("="));
    }
    const tracing = flags.get("tracing");
    return {
        ...(next === undefined || next === "" ? {} : { engine: next }),
        ...(tracing === undefined || tracing === "" ? {} : { tracing }),
        version: flags.has("version") && flags.get("version") !== "false",
    };
}
