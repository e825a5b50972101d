import { toolSpec } from "../registry";
import type { InstalledTool, Origin, ToolSet } from "./tool-set";

/** Where a tool came from, in words. */
export function originText({ origin, cached }: Pick<InstalledTool, "origin" | "cached">): string {
    const words: Readonly<Record<Origin, string>> = {
        PATH: "PATH",
        PULUMI_HOME: "your Pulumi's plugins",
        release: "official release",
        built: "built from source",
        "stand-in": "stand-in of ours",
    };
    return cached && (origin === "release" || origin === "built") ? `cache (${words[origin]})` : words[origin];
}

/** A table of the tools of a run. */
export function toolTable({ tools, binDir, pulumiHome }: Pick<ToolSet, "tools" | "binDir" | "pulumiHome">): string {
    const rows = tools.map((tool) => [tool.name, tool.version, originText(tool), toolSpec(tool.name).purpose]);
    const table = [["tool", "version", "from", "for"], ...rows];
    const widths = [0, 1, 2].map((column) => Math.max(...table.map((row) => (row[column] ?? "").length)));
    const lines = table.map((row) =>
        row
            .map((cell, column) => cell.padEnd(widths[column] ?? 0))
            .join("  ")
            .trimEnd(),
    );
    const passedOver = tools.flatMap((tool) =>
        tool.passedOver === undefined ? [] : [`passed over: ${tool.passedOver}`],
    );
    return [...lines, "", ...passedOver, `programs: ${binDir}`, `Pulumi's home: ${pulumiHome}`].join("\n");
}
