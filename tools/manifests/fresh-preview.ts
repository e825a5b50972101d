import { copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { backendUrl } from "../lib/paths";
import { capture } from "../lib/process";
import { policyPreview, type PolicyPreview } from "../policy/events";
import { writeStacksProject } from "../stack/own-stack-file";
import { capturePreview, previewFailed, pulumiFailed } from "../stack/pulumi";
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
        writeStacksProject(settings);
        copyFileSync(join(project, `Pulumi.${stack}.yaml`), file);
        const variables = { ...env, TMPDIR: folder, PULUMI_BACKEND_URL: backendUrl(state) };
        const init = ["stack", "init", stack, "--no-select", "--non-interactive"];
        const made = await capture("pulumi", init, { cwd: settings, env: variables });
        if (made.status !== 0) throw pulumiFailed(init, made);
        const { status, stdout, stderr } = await capturePreview({ project, stack, env: variables }, file);
        const preview = policyPreview(stdout);
        if (status === 0) return preview;
        throw previewFailed(stack, "pulumi preview", status, [stderr.trim(), ...preview.errors]);
    });
}
