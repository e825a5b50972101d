import { pluginArguments } from "../lib/arguments";
import { serve } from "../lib/serve";
import { EngineLog } from "./engine-log";
import type { Provider } from "./provider";
import { addProvider } from "./service";

/** Runs a provider as a plugin's process: `pulumi-resource-<name> [flags] [engine's address]`. Ends the process. */
export function startProvider(provider: Provider): void {
    const { engine, version } = pluginArguments(process.argv.slice(2));
    if (version) {
        console.log(provider.version);
        return;
    }
    const log = new EngineLog(engine);
    serve((server, lifetime) => addProvider(server, provider, lifetime, log), engine === undefined ? {} : { engine })
        .then(() => process.exit(0))
        .catch((error: unknown) => {
            console.error(error instanceof Error ? error.message : String(error));
            process.exit(1);
        });
}
