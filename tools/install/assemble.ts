import { randomBytes } from "node:crypto";
import { copyFileSync, existsSync, linkSync, mkdirSync, readdirSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { delimiter, join } from "node:path";
import { checksum } from "../../components/core/hash";
import type { Environment } from "../lib/process";
import { pathFolders, pluginFolder } from "./on-path";
import { toolSpec } from "../registry";
import type { InstalledTool, ToolSet } from "./tool-set";

/** Folders that lead to the tools of a run. */
export interface Assembly {
    readonly key: string;
    readonly binDir: string;
    readonly pulumiHome: string;
}

/** Where the folders of these tools are, whether or not they have been made. */
export function assemblyOf(tools: readonly InstalledTool[], cache: string): Assembly {
    const key = checksum(tools.map(({ name, version, origin, files }) => [name, version, origin, files]));
    return {
        key,
        binDir: join(cache, "tools", `env-${key}`, "bin"),
        pulumiHome: join(cache, "pulumi-home", key),
    };
}

/**
 * Makes the folder of links that goes on PATH, and a home for Pulumi with the plugins in it. Each set of tools has its
 * own, so that two checkouts of different age run side by side. Both appear by a rename, the one on PATH last.
 */
export function assemble(tools: readonly InstalledTool[], cache: string): Assembly {
    const assembly = assemblyOf(tools, cache);
    publish(assembly.pulumiHome, (home) => fillHome(home, tools, join(cache, "pulumi-home")));
    publish(join(assembly.binDir, ".."), (folder) => fillBin(join(folder, "bin"), tools));
    return assembly;
}

/** Variables that make child processes use these tools, and keep Pulumi and sops from phoning home. */
export function toolVariables({ binDir, pulumiHome }: Assembly, env: Environment, cache: string): ToolSet["env"] {
    return {
        PATH: [binDir, ...pathFolders(env["PATH"] ?? "", cache)].join(delimiter),
        PULUMI_HOME: pulumiHome,
        // Plugins come from PULUMI_HOME and the language host from beside pulumi, whatever else is on PATH.
        PULUMI_IGNORE_AMBIENT_PLUGINS: "true",
        PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
        PULUMI_SKIP_UPDATE_CHECK: "true",
        // One backup per checkpoint would be most of what a run writes to disk.
        PULUMI_DIY_BACKEND_DISABLE_CHECKPOINT_BACKUPS: "true",
        // `npm run typecheck` checks types; the program's start need not.
        PULUMI_NODEJS_TRANSPILE_ONLY: "true",
        SOPS_DISABLE_VERSION_CHECK: "1",
    };
}

function fillBin(bin: string, tools: readonly InstalledTool[]): void {
    mkdirSync(bin);
    const standsInForHost = tools.some(({ name, origin }) => name === "language-host" && origin === "stand-in");
    for (const { name, files } of tools) {
        if (toolSpec(name).plugin !== undefined) continue;
        for (const [binary, file] of Object.entries(files)) {
            // The first of two tools with the same program wins: the control plane brings its own kubectl.
            if (readdirSync(bin).includes(binary)) continue;
            // The engine looks for the language host beside the file that it runs from, not beside a link to it.
            const real = standsInForHost && (name === "pulumi" || name === "language-host");
            if (real) linkOrCopy(file, join(bin, binary));
            else symlinkSync(file, join(bin, binary));
        }
    }
}

function fillHome(home: string, tools: readonly InstalledTool[], homes: string): void {
    mkdirSync(join(home, "plugins"));
    for (const { name, version, files } of tools) {
        const { plugin } = toolSpec(name);
        if (plugin === undefined) continue;
        // The engine skips plugin folders that are links; the program in one may be a link.
        const folder = join(home, "plugins", pluginFolder(plugin, version));
        mkdirSync(folder);
        for (const [binary, file] of Object.entries(files)) symlinkSync(file, join(folder, binary));
    }
    // Which stack is selected in which checkout outlives a change of tools.
    mkdirSync(join(homes, "workspaces"), { recursive: true });
    symlinkSync(join("..", "workspaces"), join(home, "workspaces"));
}

function publish(final: string, fill: (folder: string) => void): void {
    if (existsSync(final)) return;
    const parent = join(final, "..");
    // The name of a partial folder is known to ToolCache.removeAbandoned.
    const partial = join(parent, `.partial-${process.pid}-${randomBytes(4).toString("hex")}`);
    mkdirSync(partial, { recursive: true });
    try {
        fill(partial);
        renameSync(partial, final);
    } catch (error) {
        // Another run was faster.
        if (!existsSync(final)) throw error;
    } finally {
        rmSync(partial, { recursive: true, force: true });
    }
}

function linkOrCopy(file: string, to: string): void {
    try {
        linkSync(file, to);
    } catch {
        // A file of another user, or one on another disk.
        copyFileSync(file, to);
    }
}
