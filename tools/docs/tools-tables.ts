import type { ToolSpec } from "../install/tool-spec";
import { TOOLS } from "../registry";
import { code, table } from "./table";

/** The pinned tools. */
export function toolsTable(): string {
    return table(
        ["tool", "version", "what it is for", "comes from"],
        TOOLS.map((spec) => [code(spec.name), spec.version, spec.purpose, places(spec).join(", then ")]),
    );
}

/** Places after PATH and the cache, which all tools have in common. */
function places({ comesWith, release, module, standIn }: ToolSpec): readonly string[] {
    return [
        ...(comesWith === undefined ? [] : [`the release of ${code(comesWith)}`]),
        ...(release === undefined ? [] : ["its release"]),
        ...(module === undefined ? [] : ["a build from source"]),
        ...(standIn === undefined ? [] : ["a stand-in of ours"]),
    ];
}

/** A command of tools/. */
export interface CommandLine {
    readonly name: string;
    readonly summary: string;
}

/** Commands that users type; those without a target in the Makefile are run by the Pulumi program. */
export function commandsTable(commands: readonly CommandLine[], makefile: string): string {
    const targets = makeTargets(makefile);
    return table(
        ["command", "what it does"],
        commands
            .filter(({ name }) => targets.includes(name))
            .map(({ name, summary }) => [code(`make ${name}`), summary]),
    );
}

/** Names of the targets of a Makefile, but for patterns and files. */
export function makeTargets(makefile: string): readonly string[] {
    return makefile.split("\n").flatMap((line) => {
        const names = /^([a-z][a-z -]*):/.exec(line)?.[1];
        return names === undefined ? [] : names.split(" ").filter((name) => name !== "");
    });
}
