import { commandNames, loadCommand } from "../main";
import { type Command, UsageError } from "../lib/command";

const OVERVIEW = `Usage: node tools/run.js <command> [--stack NAME] [options]
       make <command> [STACK=NAME] [ARGS="options"]

Commands:`;

export const command: Command = {
    summary: "list the commands, or explain one",
    usage: `Usage: node tools/run.js help [COMMAND]

Lists all commands, or prints the help of one.`,
    positionals: true,
    async run({ positionals: [name] }) {
        console.log(name === undefined ? await overview() : await helpOf(name));
        return 0;
    },
};

async function overview(): Promise<string> {
    const names = commandNames();
    const width = Math.max(...names.map((name) => name.length));
    const lines = await Promise.all(
        names.map(async (name) => `  ${name.padEnd(width)}  ${(await loadCommand(name)).summary}`),
    );
    return [OVERVIEW, ...lines, "\nnode tools/run.js help <command> explains one."].join("\n");
}

async function helpOf(name: string): Promise<string> {
    const names = commandNames();
    if (names.includes(name)) return (await loadCommand(name)).usage;
    const problem = { where: name, what: "is not a command", fix: `use one of ${names.join(", ")}` };
    throw new UsageError("there is no help on that", [problem]);
}
