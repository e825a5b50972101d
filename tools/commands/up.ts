import { existsSync } from "node:fs";
import { askForSchema } from "../../components/cluster/probe";
import { kubeconfigPath } from "../../components/cluster/record";
import { judgeMachine } from "../../components/cluster/preflight";
import { readPreflightFacts } from "../../components/cluster/preflight-facts";
import { UserError, formatProblems } from "../../components/config/problems";
import { reachableUrls } from "../../components/config/reachable";
import { hasLayer, isSimulated, type PlatformConfig } from "../../components/config/schema";
import { ensureTools, neededTools } from "../install/ensure";
import type { Command } from "../lib/command";
import { projectRoot } from "../lib/paths";
import type { Environment } from "../lib/process";
import { duration } from "../lib/progress";
import { checkpointsOf } from "../stack/checkpoints";
import { checkRepository } from "../stack/gitops-repository";
import { statePath } from "../stack/own-stack-file";
import { readCheckedPlan, resolvePlan, type StackPlan } from "../stack/plan";
import { readState, recover } from "../stack/recover";
import { guardCluster, removeCluster } from "../stack/replacement";
import { openSession } from "../stack/session";
import { summaryText } from "../stack/summary";
import { forgetRun, inputsFingerprint, packagesFingerprint, rememberRun, warmVerdict } from "../warm/warm";

export const command: Command = {
    summary: "bring a stack up, or into line with its settings",
    usage: `Usage: node tools/run.js up [--stack NAME] [--force] [--replace-cluster] [--json] [-- PULUMI OPTIONS]
       make up STACK=NAME [ARGS="--force"]

Finds or builds the tools, makes the secrets, puts the charts into place, checks settings and machine,
and has Pulumi make what is missing and change what differs. Where the last run finished, nothing that it
depended on has changed and its cluster answers, it ends at once. Whatever was interrupted, it goes on.

  --stack NAME       the stack (default dev-fast)
  --force            starts Pulumi even where nothing has changed
  --replace-cluster  lets a changed setting (workers, network, host ports) make the cluster anew: its data goes
  --json             ends with JSON (urls, ports, mode, simulated) instead of a table

What follows -- goes to pulumi up, for example -- --refresh.`,
    options: { force: "flag", "replace-cluster": "flag", json: "flag" },
    passThrough: true,
    async run({ stack, flags, rest }) {
        const started = Date.now();
        const report = (line: string): void => console.error(line);
        const plan = readCheckedPlan(projectRoot(), stack);
        const packages = packagesFingerprint(plan.project);
        // A first run would spend minutes on tools before; a later one may end without asking anybody outside.
        const first = !existsSync(statePath(plan.project, stack));
        if (first) await checkRepository(plan.file.settings, report);
        const tools = await ensureTools(neededTools({ cluster: plan.provider }));
        const conclude = (config: PlatformConfig): void =>
            console.log(flags.has("json") ? outcomeJson(config) : outcomeText(config));
        if (!flags.has("force") && rest.length === 0) {
            const verdict = await warmVerdict(plan, tools, packages);
            if (verdict.warm) {
                conclude(resolvePlan(plan));
                report(`\nnothing has changed since the last run (${seconds(started)}); --force runs Pulumi anyway`);
                return 0;
            }
        }
        askForSchema(kubeconfigPath(plan.clusterName));
        if (!first) await checkRepository(plan.file.settings, report);
        const session = await openSession(plan, tools, report);
        const replaced = await guardCluster(session, flags.has("replace-cluster"), report);
        // While a cluster of another name holds its ports, nothing can be said of them.
        const renamed = replaced !== undefined && replaced.cluster !== plan.clusterName;
        if (!renamed) await checkMachine(plan, session.config, replaced !== undefined, report);
        if (replaced !== undefined) await removeCluster(session, replaced, report);
        if (renamed) await checkMachine(plan, session.config, false, report);
        await session.pulumi.ensureStack();
        await recover(session, report);
        const inputs = await inputsFingerprint(plan, tools, packages);
        forgetRun(plan);
        const status = await session.pulumi.run("up", ["--yes", "--skip-preview", "--suppress-outputs", ...rest], {
            ...debugOf(rest),
            ...checkpointsOf(plan.provider, readState(plan.project, stack)),
        });
        if (status !== 0) {
            report(
                `\nstack ${stack} is not up; run make up STACK=${stack} again once that is mended: it goes on from here`,
            );
            return status;
        }
        await rememberRun(plan, inputs);
        conclude(session.config);
        report(`\ndone in ${seconds(started)}`);
        return 0;
    },
};

/** The program keeps the SDK's debug messages to itself (tools/lean-sdk.js) where nobody would see them. */
function debugOf(options: readonly string[]): Environment {
    return options.some((option) => option === "--debug" || option === "-d") ? { HEARTH_SDK_DEBUG: "1" } : {};
}

function seconds(started: number): string {
    return duration((Date.now() - started) / 1000);
}

/**
 * @param replaced the stack's own cluster makes way for another one
 * @throws UserError with everything that would make a cluster fail on this machine
 */
async function checkMachine(
    plan: StackPlan,
    config: PlatformConfig,
    replaced: boolean,
    report: (line: string) => void,
): Promise<void> {
    const facts = await readPreflightFacts(config);
    const { problems, warnings } = judgeMachine(config, plan.project, facts, { replaced });
    if (problems.length > 0) throw new UserError("this machine cannot carry the cluster", problems);
    if (warnings.length > 0) report(formatProblems("this machine may be too small", warnings));
}

function outcomeText(config: PlatformConfig): string {
    const { stack, mode, cluster } = config;
    return summaryText({
        stack,
        mode,
        provider: cluster.provider,
        simulated: isSimulated(config),
        standInCharts: Object.values(config.charts).some(({ standIn }) => standIn),
        mesh: hasLayer(config, "istio"),
        urls: reachableUrls(config),
        ...(cluster.provider === "existing" ? {} : { kubeconfig: kubeconfigPath(cluster.name) }),
    });
}

function outcomeJson(config: PlatformConfig): string {
    const { stack, mode, cluster, ports } = config;
    const facts = {
        stack,
        mode,
        provider: cluster.provider,
        simulated: isSimulated(config),
        urls: reachableUrls(config),
        ports: Object.fromEntries(ports.map(({ id, hostPort }) => [id, hostPort])),
    };
    return JSON.stringify(facts, undefined, 4);
}
