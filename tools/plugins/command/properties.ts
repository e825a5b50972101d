import type { Properties } from "../provider-lib/properties";
import { flag, text, textMap, texts } from "../provider-lib/read";
import type { ValueMap } from "../provider-lib/values";

/** What every command takes. */
export const BASE_INPUTS: Properties = {
    addPreviousOutputInEnv: {
        type: "boolean",
        description:
            "Whether the outputs of the last run are in the environment, as PULUMI_COMMAND_STDOUT and PULUMI_COMMAND_STDERR. Default true.",
    },
    archivePaths: {
        type: { listOf: "string" },
        description: "Globs of files that the output `archive` has; one that starts with ! takes files out again.",
    },
    assetPaths: {
        type: { listOf: "string" },
        description: "Globs of files that the output `assets` has; one that starts with ! takes files out again.",
    },
    dir: { type: "string", description: "Directory to run in. Default that of the program." },
    environment: {
        type: { mapOf: "string" },
        description: "Variables in addition to those of the engine.",
    },
    interpreter: {
        type: { listOf: "string" },
        description: 'Program and arguments that the command is added to. Default ["/bin/sh", "-c"].',
    },
    logging: {
        type: "string",
        description:
            "Which output is shown while it runs: stdout, stderr, stdoutAndStderr or none. Default stdoutAndStderr.",
    },
    stdin: { type: "string", description: "Text on standard input." },
};

export const BASE_OUTPUTS: Properties = {
    archive: { type: "archive", description: "Files that archivePaths names.", required: false },
    assets: { type: { mapOf: "asset" }, description: "Files that assetPaths names, by path.", required: false },
    stderr: { type: "string", description: "Standard error without the last end of line." },
    stdout: { type: "string", description: "Standard output without the last end of line." },
};

export const RESOURCE_INPUTS: Properties = {
    ...BASE_INPUTS,
    create: { type: "string", description: "Command that makes it, and the one for a change when there is no update." },
    delete: { type: "string", description: "Command that deletes it; it runs with the inputs of the last run." },
    triggers: { type: { listOf: "any" }, description: "A change of any of these replaces it.", replace: true },
    update: { type: "string", description: "Command for any other change. Default create." },
};

export const FUNCTION_INPUTS: Properties = {
    ...BASE_INPUTS,
    command: { type: "string", description: "The command.", required: true },
};

/** The inputs of every command, with their secrets in the open. */
export interface BaseInputs {
    readonly addPreviousOutputInEnv: boolean;
    readonly archivePaths?: readonly string[];
    readonly assetPaths?: readonly string[];
    readonly dir?: string;
    readonly environment: Readonly<Record<string, string>>;
    readonly interpreter: readonly string[];
    readonly logging: Logging;
    readonly stdin: string;
}

export interface Logging {
    readonly stdout: boolean;
    readonly stderr: boolean;
}

export function baseInputs(values: ValueMap): BaseInputs {
    const archivePaths = texts(values, "archivePaths");
    const assetPaths = texts(values, "assetPaths");
    const dir = text(values, "dir");
    const interpreter = texts(values, "interpreter") ?? [];
    return {
        addPreviousOutputInEnv: flag(values, "addPreviousOutputInEnv") ?? true,
        environment: textMap(values, "environment") ?? {},
        interpreter: interpreter.length > 0 ? interpreter : ["/bin/sh", "-c"],
        logging: loggingOf(text(values, "logging")),
        stdin: text(values, "stdin") ?? "",
        ...(archivePaths === undefined ? {} : { archivePaths }),
        ...(assetPaths === undefined ? {} : { assetPaths }),
        ...(dir === undefined ? {} : { dir }),
    };
}

/** Any other word shows nothing, as with the official plugin. */
function loggingOf(word = "stdoutAndStderr"): Logging {
    return {
        stdout: word === "stdout" || word === "stdoutAndStderr",
        stderr: word === "stderr" || word === "stdoutAndStderr",
    };
}
