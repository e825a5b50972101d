import { askForSchema } from "../../components/cluster/probe";
import { kubeconfigPath } from "../../components/cluster/record";
import { ensureTools, neededTools } from "../install/ensure";
import type { Command } from "../lib/command";
import { projectRoot } from "../lib/paths";
import { checkRepository } from "../stack/gitops-repository";
import { readCheckedPlan } from "../stack/plan";
import { previewRecovered } from "../stack/preview-state";
import { foretellReplacement } from "../stack/replacement";
import { openSession } from "../stack/session";

export const command: Command = {
    summary: "show what up would change",
    usage: `Usage: node tools/run.js preview [--stack NAME] [--diff] [--json] [-- PULUMI OPTIONS]

Shows what make up would change and changes nothing, neither in the cluster nor in the state. Works
before there is a cluster.

  --stack NAME  the stack (default dev-fast)
  --diff        every property that would change
  --json        the plan as JSON

What follows -- goes to pulumi preview, for example -- --policy-pack policy.`,
    options: { diff: "flag", json: "flag" },
    passThrough: true,
    async run({ stack, flags, rest }) {
        const report = (line: string): void => console.error(line);
        const plan = readCheckedPlan(projectRoot(), stack);
        askForSchema(kubeconfigPath(plan.clusterName));
        await checkRepository(plan.file.settings, report);
        const tools = await ensureTools(neededTools({ cluster: plan.provider }));
        const session = await openSession(plan, tools, report);
        await foretellReplacement(session, report);
        await session.pulumi.ensureStack();
        const own = [...flags].map((flag) => `--${flag}`);
        return previewRecovered(session, (pulumi) => pulumi.run("preview", [...own, ...rest]), report);
    },
};
