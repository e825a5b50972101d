import { existsSync } from "node:fs";
import { chartsOf, type ChartPolicy } from "../../components/config/charts";
import { layersOf } from "../../components/config/layers";
import { databasesOf } from "../../components/config/demo";
import type { PlatformConfig } from "../../components/config/schema";
import { resolveCharts } from "../charts/resolve";
import type { ToolSet } from "../install/tool-set";
import { pulumiEnvironment } from "../lib/environment";
import { stateDir } from "../lib/paths";
import type { Environment } from "../lib/process";
import { ownImagesOf } from "../own-images/needed";
import { placeOwnImage } from "../own-images/place";
import { ensureSecrets } from "../secrets/ensure";
import { statePath } from "./own-stack-file";
import { resolvePlan, type StackPlan } from "./plan";
import { Pulumi } from "./pulumi";

/** A stack with everything at hand that Pulumi needs to work on it. */
export interface Session {
    readonly plan: StackPlan;
    readonly config: PlatformConfig;
    /** All variables of child processes, with the passphrase. */
    readonly env: Environment;
    readonly pulumi: Pulumi;
}

type Report = (line: string) => void;

/**
 * The secrets of a stack, made at the first time, and Pulumi with them.
 * @throws UserError when they cannot be read
 */
export async function openStack(plan: StackPlan, tools: ToolSet, report: Report): Promise<Omit<Session, "config">> {
    const { project, stack, file, secretsFile } = plan;
    const secrets = await ensureSecrets({
        stack,
        paths: { project, file: secretsFile, stateDir: stateDir(), env: { ...process.env, ...tools.env } },
        databases: databasesOf(file.settings),
        hasState: existsSync(statePath(project, stack)),
    });
    if (secrets.created) report(`made ${secretsFile}, encrypted for this machine's age key`);
    const paths = { project, secretsFile, secretsEnv: secrets.env };
    const env: Environment = {
        ...process.env,
        ...pulumiEnvironment(tools, paths, stack),
        PULUMI_CONFIG_PASSPHRASE: secrets.passphrase,
        // It would win over the passphrase.
        PULUMI_CONFIG_PASSPHRASE_FILE: undefined,
    };
    return { plan, env, pulumi: new Pulumi({ project, stack, env }) };
}

/**
 * Everything that the program reads besides its settings, put into place: secrets, charts, images of our own. Then
 * the gate.
 * @throws UserError with every problem; nothing of a cluster has been made by then
 */
export async function openSession(plan: StackPlan, tools: ToolSet, report: Report): Promise<Session> {
    const { project, file, provider } = plan;
    const layers = layersOf(file.settings);
    // Charts first: where they cannot be had, nobody waits minutes for an image to hear of it.
    const [stack] = await Promise.all([
        openStack(plan, tools, report),
        resolveCharts({
            project,
            needed: chartsOf(layers),
            policy: file.settings.charts as ChartPolicy,
            simulated: provider === "kwok",
            ...(file.settings.chartMirror === undefined ? {} : { mirror: file.settings.chartMirror }),
        }),
    ]);
    await placeOwnImages(plan, report);
    return { ...stack, config: resolvePlan(plan) };
}

/** One after the other: each compilation takes all of the machine. */
async function placeOwnImages(plan: StackPlan, report: Report): Promise<void> {
    for (const id of ownImagesOf(plan)) await placeOwnImage(plan.project, id, { report });
}
