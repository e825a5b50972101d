import { cpSync } from "node:fs";
import { join } from "node:path";
import { probeCluster } from "../../components/cluster/probe";
import { backendDir, backendUrl } from "../lib/paths";
import { Pulumi } from "./pulumi";
import { readState } from "./recover";
import { recoveredState, recoveryPlan } from "./recovery";
import type { Session } from "./session";
import { withTemporaryFolder } from "./temporary";

/**
 * Runs a preview against the state that `up` would begin with. Where `up` would first have to mend the state (its
 * cluster is gone, a run was cut off), that is done on a copy: a preview changes nothing.
 */
export async function previewRecovered(
    { plan, env, pulumi }: Session,
    preview: (pulumi: Pulumi) => Promise<number>,
    report: (line: string) => void,
): Promise<number> {
    const { project, stack, clusterName, provider } = plan;
    const state = readState(project, stack);
    const probe = provider === "existing" ? undefined : await probeCluster(clusterName);
    if (probe === undefined || state === undefined) return preview(pulumi);
    const { notes, ...recovery } = recoveryPlan({ probe, state, clusterName, checkout: project });
    for (const note of notes) report(`up would say: ${note}`);
    if (!recovery.forgetCluster && !recovery.clearPending) return preview(pulumi);
    return withTemporaryFolder(project, async (folder) => {
        const copy = join(folder, "state");
        cpSync(backendDir(project), copy, { recursive: true });
        const onCopy = new Pulumi({ project, stack, env: { ...env, PULUMI_BACKEND_URL: backendUrl(copy) } });
        await onCopy.importState(recoveredState(await onCopy.exportState(), { notes, ...recovery }));
        return preview(onCopy);
    });
}
