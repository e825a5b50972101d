import { version } from "@pulumi/pulumi/version";
import { pluginArguments } from "../lib/arguments";
import { serve } from "../lib/serve";
import { addLanguageHost } from "./host";

const options = pluginArguments(process.argv.slice(2));

if (options.version) {
    console.log(version);
} else {
    serve((server, lifetime) => addLanguageHost(server, { ...options, lifetime }), options).then(
        // Whatever is still open then is not waited for.
        () => process.exit(0),
        (error: unknown) => {
            const reason = error instanceof Error ? error.message : String(error);
            console.error(`the language host cannot serve: ${reason}`);
            process.exit(1);
        },
    );
}
