import { UserError } from "../../components/config/problems";
import { ensureTools, neededTools } from "../install/ensure";
import type { Command } from "../lib/command";
import { projectRoot } from "../lib/paths";
import { readPlan } from "../stack/plan";
import { readState } from "../stack/recover";
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
        // A stack that was previewed has a state, too.
        if ((readState(plan.project, stack)?.deployment.resources ?? []).length === 0) throw notUp(stack);
        const tools = await ensureTools(neededTools({ cluster: plan.provider }));
        const { pulumi } = await openStack(plan, tools, report);
        const outputs = await pulumi.outputs(flags.has("show-secrets"));
        // The program has never come to its end.
        if (outputs.trim() === "{}") throw notUp(stack);
        process.stdout.write(outputs);
        return 0;
    },
};

function notUp(stack: string): UserError {
    return new UserError("there are no outputs", [
        { where: `stack ${stack}`, what: "is not up", fix: `make up STACK=${stack}` },
    ]);
}
