import { existsSync, mkdirSync } from "node:fs";
import { databasesOf } from "../../components/config/demo";
import { ensureTools, neededTools } from "../install/ensure";
import type { Command } from "../lib/command";
import { passphraseCommand, pulumiEnvironment, type EnvironmentPaths } from "../lib/environment";
import { backendDir, projectRoot, stateDir } from "../lib/paths";
import { exportLine, exportOutputLine } from "../lib/shell";
import { ensureSecrets } from "../secrets/ensure";
import { statePath } from "../stack/own-stack-file";
import { readPlan } from "../stack/plan";

export const command: Command = {
    summary: "print what plain pulumi needs, for eval",
    usage: `Usage: eval "$(node tools/run.js env [--stack NAME])"
       eval "$(make env STACK=NAME)"

Prints lines of shell that make plain pulumi (up, preview, stack output, destroy) work on a stack as
make does. The passphrase is not among them: the lines have your shell ask sops for it.

  --stack NAME  the stack (default dev-fast)`,
    async run({ stack }) {
        const project = projectRoot();
        const { file, provider, secretsFile } = readPlan(project, stack);
        const tools = await ensureTools(neededTools({ cluster: provider }));
        const secrets = await ensureSecrets({
            stack,
            paths: { project, file: secretsFile, stateDir: stateDir(), env: { ...process.env, ...tools.env } },
            databases: databasesOf(file.settings),
            hasState: existsSync(statePath(project, stack)),
        });
        // Pulumi refuses a backend whose folder is not there.
        mkdirSync(backendDir(project), { recursive: true });
        const paths: EnvironmentPaths = { project, secretsFile, secretsEnv: secrets.env };
        console.log(environmentLines(pulumiEnvironment(tools, paths, stack), paths).join("\n"));
        return 0;
    },
};

/** Lines of shell that set the variables and have the shell read the passphrase, which needs them. */
export function environmentLines(
    variables: Readonly<Record<string, string>>,
    paths: EnvironmentPaths,
): readonly string[] {
    return [
        ...Object.entries(variables).map(([name, value]) => exportLine(name, value)),
        exportOutputLine("PULUMI_CONFIG_PASSPHRASE", passphraseCommand(paths)),
    ];
}
