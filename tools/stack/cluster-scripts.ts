import { join } from "node:path";
import { UserError } from "../../components/config/problems";
import { capture, type Environment, type Result } from "../lib/process";

/** Scripts of components/cluster/scripts that `make` runs by itself, beside those that the program runs. */
export type ClusterScript = "kind-start" | "kwok-start" | "kind-delete" | "kwok-delete";

export interface ScriptContext {
    readonly project: string;
    readonly clusterName: string;
    /** With the tools on PATH. */
    readonly env: Environment;
    /** Takes each line of the script's messages. */
    readonly report: (line: string) => void;
}

/** Runs one script on a cluster. Its messages are for a person, and each tells its fix. */
export function runClusterScript(script: ClusterScript, context: ScriptContext): Promise<Result> {
    const { project, clusterName, env, report } = context;
    return capture("bash", [join("components", "cluster", "scripts", `${script}.sh`)], {
        cwd: project,
        // Without a level, bash takes the socket that its input is for a remote login and runs the user's ~/.bashrc.
        env: { SHLVL: "1", ...env, CLUSTER_NAME: clusterName },
        onErrorLine: report,
    });
}

/**
 * Removes a cluster with all that is in it.
 * @throws UserError when something of it is left
 */
export async function deleteCluster(provider: "kind" | "kwok", context: ScriptContext): Promise<void> {
    const { status } = await runClusterScript(`${provider}-delete`, context);
    if (status === 0) return;
    const { clusterName } = context;
    throw new UserError(`cluster ${clusterName} is not wholly gone`, [
        {
            where: `cluster ${clusterName}`,
            what: "could not be removed",
            fix: "mend what is said above, and run this again",
        },
    ]);
}
