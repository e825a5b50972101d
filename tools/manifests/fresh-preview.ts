import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../../components/config/problems";
import { backendUrl } from "../lib/paths";
import { capture, type Result } from "../lib/process";
import { policyPreview, type PolicyPreview } from "../policy/events";
import { pulumiFailed } from "../stack/pulumi";
import type { Session } from "../stack/session";
import { withTemporaryFolder } from "../stack/temporary";

/**
 * What the engine would make of a stack that is not there yet, whatever there is: its state stays out of it, so that two
 * checkouts with the same program and settings give the same. Secrets are hidden by the engine.
 * @throws UserError with what the engine says
 */
export function freshPreview({ plan: { project, stack }, env }: Pick<Session, "plan" | "env">): Promise<PolicyPreview> {
    return withTemporaryFolder(project, async (folder) => {
        const [state, settings] = [join(folder, "state"), join(folder, "stacks")];
        for (const path of [state, settings]) mkdirSync(path);
        const file = join(settings, `Pulumi.${stack}.yaml`);
        writeFileSync(join(settings, "Pulumi.yaml"), "name: hearth\nruntime: nodejs\n");
        copyFileSync(join(project, `Pulumi.${stack}.yaml`), file);
        const variables = { ...env, TMPDIR: folder, PULUMI_BACKEND_URL: backendUrl(state) };
        const init = ["stack", "init", stack, "--no-select", "--non-interactive"];
        const made = await capture("pulumi", init, { cwd: settings, env: variables });
        if (made.status !== 0) throw pulumiFailed(init, made);
        const preview = ["preview", "--json", "--stack", stack, "--config-file", file, "--non-interactive"];
        const streamed = { ...variables, PULUMI_ENABLE_STREAMING_JSON_PREVIEW: "true" };
        return resourcesOf(stack, await capture("pulumi", preview, { cwd: project, env: streamed }));
    });
}

function resourcesOf(stack: string, { status, stdout, stderr }: Result): PolicyPreview {
    const preview = policyPreview(stdout);
    if (status === 0) return preview;
    const said = [stderr.trim(), ...preview.errors].filter((text) => text !== "").join("\n");
    throw new UserError(`stack ${stack} could not be previewed`, [
        { where: "pulumi preview", what: `ended with status ${status}: ${said}`, fix: "mend what it says" },
    ]);
}
