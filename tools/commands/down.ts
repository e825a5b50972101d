import { existsSync } from "node:fs";
import { clusterDir } from "../../components/config/paths";
import { ensureTools, neededTools } from "../install/ensure";
import type { Command } from "../lib/command";
import { projectRoot } from "../lib/paths";
import { duration } from "../lib/progress";
import { WITHOUT_CHECKPOINTS } from "../stack/checkpoints";
import { deleteCluster } from "../stack/cluster-scripts";
import { statePath } from "../stack/own-stack-file";
import { readPlan } from "../stack/plan";
import { removeTraces } from "../stack/pulumi";
import { openStack, type Session } from "../stack/session";
import { endKilledRun, readState } from "../stack/recover";
import { hasPending, withoutPending } from "../state/deployment";
import { forgetRun } from "../warm/warm";

export const command: Command = {
    summary: "remove a stack's cluster and state",
    usage: `Usage: node tools/run.js down [--stack NAME] [-- PULUMI OPTIONS]

Removes the cluster with everything in it, and the stack's state. On an existing cluster it removes what
Hearth put there and nothing else. The secrets file stays, and so do tools, charts and images.

  --stack NAME  the stack (default dev-fast)

What follows -- goes to pulumi destroy.`,
    passThrough: true,
    async run({ stack, rest }) {
        const started = Date.now();
        const report = (line: string): void => console.error(line);
        const plan = readPlan(projectRoot(), stack);
        const tools = await ensureTools(neededTools({ cluster: plan.provider }));
        const hadState = existsSync(statePath(plan.project, stack));
        forgetRun(plan);
        if (hadState) {
            const session = await openStack(plan, tools, report);
            await endKilledRun(plan, report);
            await dropPending(session);
            const own = plan.provider !== "existing" && rest.length === 0;
            // All that a cluster of ours holds goes with it, and removing one that is gone already is no error: after a
            // kill the state of before the run serves the next one as well.
            const status = await session.pulumi.run(
                "destroy",
                ["--yes", "--skip-preview", ...rest],
                own ? WITHOUT_CHECKPOINTS : {},
            );
            if (status !== 0) return status;
            // Part of a stack was asked for (--target …): the rest of it stays.
            if (hasResources(plan.project, stack)) return 0;
            await session.pulumi.removeStack();
        }
        removeTraces(plan.project, stack);
        const remains = await removeRemains(plan, { ...process.env, ...tools.env }, report);
        const what = hadState || remains ? "is gone" : "was not up: there is nothing to remove";
        console.log(`stack ${stack} ${what} (${duration((Date.now() - started) / 1000)})`);
        return 0;
    },
};

async function dropPending({ plan, pulumi }: Omit<Session, "config">): Promise<void> {
    const state = readState(plan.project, plan.stack);
    if (state !== undefined && hasPending(state)) await pulumi.importState(withoutPending(await pulumi.exportState()));
}

function hasResources(project: string, stack: string): boolean {
    return (readState(project, stack)?.deployment.resources ?? []).length > 0;
}

/**
 * Removes a cluster that the state does not know: its creation was cut off, or the state was lost.
 * @returns true when there was one
 */
async function removeRemains(
    { project, provider, clusterName }: ReturnType<typeof readPlan>,
    env: Readonly<Record<string, string | undefined>>,
    report: (line: string) => void,
): Promise<boolean> {
    if (provider === "existing" || !existsSync(clusterDir(clusterName))) return false;
    await deleteCluster(provider, { project, clusterName, env, report });
    return true;
}
