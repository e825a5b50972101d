import { existsSync } from "node:fs";
import { UserError } from "../../components/config/problems";
import { ensureTools, neededTools } from "../install/ensure";
import type { Command } from "../lib/command";
import { projectRoot } from "../lib/paths";
import { statePath } from "../stack/own-stack-file";
import { readPlan } from "../stack/plan";
import { openStack } from "../stack/session";

export const command: Command = {
    summary: "print a stack's outputs as JSON",
    usage: `Usage: node tools/run.js outputs [--stack NAME] [--show-secrets]

Prints urls, ports, kubeconfig, credentials, versions, mode and simulated of the last up, as JSON.

  --stack NAME    the stack (default dev-fast)
  --show-secrets  also kubeconfig and credentials, which are hidden otherwise`,
    options: { "show-secrets": "flag" },
    async run({ stack, flags }) {
        const report = (line: string): void => console.error(line);
        const plan = readPlan(projectRoot(), stack);
        if (!existsSync(statePath(plan.project, stack))) {
            throw new UserError("there are no outputs", [
                { where: `stack ${stack}`, what: "is not up", fix: `make up STACK=${stack}` },
            ]);
        }
        const tools = await ensureTools(neededTools({ cluster: plan.provider }));
        const { pulumi } = await openStack(plan, tools, report);
        process.stdout.write(await pulumi.outputs(flags.has("show-secrets")));
        return 0;
    },
};
