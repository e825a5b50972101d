import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { Runnable } from "./lib/command";

/** Folder of the commands: one file each, named like the command. */
const COMMANDS = join(__dirname, "commands");

/** Exit status of a mistake of ours, from sysexits.h. */
const BUG_STATUS = 70;

const OLDEST_NODE = [20, 11] as const;

/** Runs `node tools/run.js <command> [options]` and sets the exit status. */
export function main(argv: readonly string[]): void {
    // `… | head` closes the pipe early; that is no mistake.
    process.stdout.on("error", (error: NodeJS.ErrnoException) => {
        if (error.code === "EPIPE") process.exit(0);
        throw error;
    });
    process.on("uncaughtException", (error) => {
        process.exitCode = explain(error);
        process.exit();
    });
    dispatch(argv).then(
        (status) => {
            process.exitCode = status;
        },
        (error: unknown) => {
            process.exitCode = explain(error);
        },
    );
}

/**
 * Finds the command's file and runs it. Nothing but that file is loaded, so that a command starts as fast as it can.
 * @returns the exit status
 */
export async function dispatch(argv: readonly string[], folder: string = COMMANDS): Promise<number> {
    const tooOld = oldNodeMessage(process.versions.node);
    if (tooOld !== undefined) {
        console.error(tooOld);
        return 1;
    }
    const [first = "help", ...rest] = argv;
    const name = first === "--help" || first === "-h" ? "help" : first;
    if (!/^[a-z][a-z0-9-]*$/.test(name) || !existsSync(join(folder, `${name}.ts`))) {
        console.error(await unknownCommand(name, folder));
        return 2;
    }
    const command = await loadCommand(name, folder);
    const end = rest.indexOf("--");
    const options = end === -1 ? rest : rest.slice(0, end);
    if (options.includes("--help") || options.includes("-h")) {
        console.log(command.usage);
        return 0;
    }
    return command.run(rest);
}

/** A command's module. */
export async function loadCommand(name: string, folder: string = COMMANDS): Promise<Runnable> {
    const { runnable } = await import("./lib/command");
    const module: unknown = await import(join(folder, `${name}.ts`));
    return runnable(name, module !== null && typeof module === "object" ? module : {});
}

/** All commands, sorted. */
export function commandNames(folder: string = COMMANDS): readonly string[] {
    return readdirSync(folder)
        .map((file) => /^([a-z][a-z0-9-]*)\.ts$/.exec(file)?.[1])
        .filter((name) => name !== undefined)
        .sort();
}

/** What to say when Node is too old to go on; undefined when it is not. */
export function oldNodeMessage(version: string): string | undefined {
    const [major = 0, minor = 0] = version.split(".").map(Number);
    const [oldestMajor, oldestMinor] = OLDEST_NODE;
    if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return undefined;
    const oldest = OLDEST_NODE.join(".");
    return `Hearth needs Node ${oldest} or newer, and this is ${version}\n    fix: install a newer Node (https://nodejs.org), for example with nvm install 22`;
}

async function unknownCommand(name: string, folder: string): Promise<string> {
    const { suggestion } = await import("../components/config/parse");
    return `there is no command "${name}"\n    fix: ${suggestion(name, commandNames(folder))}`;
}

/** Prints an error in the way that fits its kind. @returns the exit status */
function explain(error: unknown): number {
    if (!(error instanceof Error)) return bug(String(error));
    const status = "exitStatus" in error && typeof error.exitStatus === "number" ? error.exitStatus : undefined;
    if (error.name !== "UserError" && status === undefined) return bug(error.stack ?? error.message);
    console.error(error.message);
    return status ?? 1;
}

function bug(details: string): number {
    console.error(`this is a bug in Hearth; please report it with the lines below\n${details}`);
    return BUG_STATUS;
}
