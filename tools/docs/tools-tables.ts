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

/** Commands as a user types them: by `make` where the Makefile has a target of that name. */
export function commandsTable(commands: readonly CommandLine[], makefile: string): string {
    const targets = makeTargets(makefile);
    return table(
        ["command", "what it does"],
        commands.map(({ name, summary }) => [
            code(targets.includes(name) ? `make ${name}` : `node tools/run.js ${name}`),
            summary,
        ]),
    );
}

/** Names of the targets of a Makefile, but for patterns and files. */
export function makeTargets(makefile: string): readonly string[] {
    return makefile.split("\n").flatMap((line) => {
        const names = /^([a-z][a-z -]*):/.exec(line)?.[1];
        return names === undefined ? [] : names.split(" ").filter((name) => name !== "");
    });
}
