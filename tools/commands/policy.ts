import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { UserError } from "../../components/config/problems";
import type { Facts } from "../../policy/model/rule";
import { ensureTools, neededTools } from "../install/ensure";
import type { Command } from "../lib/command";
import { projectRoot } from "../lib/paths";
import { judgeCharts, judgeState } from "../policy/charts";
import { NO_CONFIG, parsePolicyConfig } from "../policy/config";
import { policyPreview, type PolicyPreview } from "../policy/events";
import { policyReport } from "../policy/report";
import { readCheckedPlan } from "../stack/plan";
import { previewFailed } from "../stack/pulumi";
import { previewRecovered } from "../stack/preview-state";
import { readState } from "../stack/recover";
import { openSession, type Session } from "../stack/session";

/** The policy pack, relative to the project. */
const PACK = "policy";

export const command: Command = {
    summary: "judge a stack by the policies, its charts' objects included",
    usage: `Usage: node tools/run.js policy [--stack NAME] [--config FILE]

Previews the stack with the policy pack, renders its charts and judges what they would install, and prints
what is wrong, where, and how to fix it; never a value. Ends with status 1 when something is.

  --stack NAME   the stack (default dev-fast)
  --config FILE  levels and exceptions, as pulumi preview --policy-pack-config takes them`,
    options: { config: "value" },
    async run({ stack, values }) {
        const report = (line: string): void => console.error(line);
        const plan = readCheckedPlan(projectRoot(), stack);
        const file = values.get("config");
        const config = file === undefined ? NO_CONFIG : parsePolicyConfig(file, readText(file));
        const tools = await ensureTools(neededTools({ cluster: plan.provider, charts: true }));
        const session = await openSession(plan, tools, report);
        await session.pulumi.ensureStack();
        const preview = await previewed(session, file, report);
        const facts: Facts = {
            imagesByTag: plan.file.settings.imageArchives !== undefined,
            ownCluster: plan.provider !== "existing",
        };
        const { applicationNamespaces: applications } = session.config;
        const charts = await judgeCharts(
            preview,
            { cwd: plan.project, env: session.env },
            { facts, config, applications },
        );
        const state = readState(plan.project, stack)?.deployment.resources ?? [];
        const { text, failures } = policyReport({
            stack,
            findings: [...preview.findings, ...judgeState(state, facts)],
            resources: preview.resources.size,
            charts,
            config,
        });
        console.log(text);
        return failures > 0 ? 1 : 0;
    },
};

function readText(file: string): string {
    try {
        return readFileSync(file, "utf8");
    } catch {
        throw new UserError("the policies' configuration cannot be read", [
            { where: file, what: "is not there, or may not be read", fix: "name a file that is" },
        ]);
    }
}

/**
 * What a preview with the pack tells.
 * @throws UserError when it failed by something else than a policy
 */
async function previewed(
    session: Session,
    config: string | undefined,
    report: (line: string) => void,
): Promise<PolicyPreview> {
    const configured = config === undefined ? [] : ["--policy-pack-config", resolve(config)];
    let [events, said] = ["", ""];
    const status = await previewRecovered(
        session,
        async (pulumi) => {
            const result = await pulumi.previewEvents(["--policy-pack", PACK, ...configured]);
            events = result.stdout;
            said = result.stderr.trim();
            return result.status;
        },
        report,
    );
    const preview = policyPreview(events);
    if (status === 0 || preview.findings.some(({ level }) => level === "mandatory")) return preview;
    throw previewFailed(session.plan.stack, `pulumi preview --policy-pack ${PACK}`, status, [said, ...preview.errors]);
}
