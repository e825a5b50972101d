import { toolSpec } from "../../registry";
import type { Provider } from "../provider-lib/provider";
import { text } from "../provider-lib/read";
import { localCommand } from "./local-command";
import { BASE_OUTPUTS, FUNCTION_INPUTS } from "./properties";
import { runCommand } from "./run";

/**
 * Stands in for pulumi-command where that cannot be downloaded: the same answers for commands on this machine. Commands
 * on other machines need the official plugin. It differs in that a cancelled command is ended together with all that it
 * started, in that no secret input gets into an error or a line of its log, and in that an archive has no hash.
 */
export const commandProvider: Provider = {
    name: "command",
    version: toolSpec("command-provider").version,
    description: "Runs commands on this machine as resources.",
    resources: { "command:local:Command": localCommand },
    functions: {
        "command:local:run": {
            summary: "Runs a command every time that the program runs, in previews too.",
            inputs: FUNCTION_INPUTS,
            outputs: BASE_OUTPUTS,
            async invoke(inputs, call) {
                const command = text(inputs, "command") ?? "";
                return { ...inputs, ...(await runCommand({ command, inputs, previous: {} }, call)) };
            },
        },
    },
};
