import { join } from "node:path";
import { backendDir, backendUrl } from "./paths";
import type { ToolSet } from "../install/tool-set";

/** Places that Pulumi's environment depends on. */
export interface EnvironmentPaths {
    /** Root of the checkout, absolute. */
    readonly project: string;
    /** The stack's encrypted secrets file, relative to the project. */
    readonly secretsFile: string;
    /** Variables with which sops finds its key (`Secrets.env` of tools/secrets). */
    readonly secretsEnv?: Readonly<Record<string, string>>;
}

/**
 * Variables with which plain `pulumi` works on a stack as `make` does, to be laid over those of the process: tools,
 * state in the checkout, no account, no word to anybody. Everything but the passphrase, which is given to child
 * processes only, as PULUMI_CONFIG_PASSPHRASE.
 */
export function pulumiEnvironment(
    tools: Pick<ToolSet, "env">,
    { project, secretsEnv = {} }: EnvironmentPaths,
    stack: string,
): Readonly<Record<string, string>> {
    return {
        ...tools.env,
        ...secretsEnv,
        PULUMI_BACKEND_URL: backendUrl(backendDir(project)),
        // The stack of this environment, also for `pulumi up` without -s; -s still chooses another one.
        PULUMI_STACK: stack,
        // Pulumi works on four resources a processor at once. Most of ours wait for an answer, and what takes longest must
        // not queue behind them: with all at once a cold up is nearer to its critical path (1.20 times, not 1.25).
        PULUMI_PARALLEL: "64",
        // Pulumi, its Kubernetes provider and a simulated control plane make garbage faster than they make anything else,
        // and Go's default of 100 has them collect it on two processors that others wait for: a simulated
        // cold up takes a seventh less time so, for 0.7 GiB more at its peak.
        GOGC: "400",
        // A committed stack file has no salt of this checkout's passphrase: the state's own counts.
        PULUMI_FALLBACK_TO_STATE_SECRETS_MANAGER: "true",
    };
}

/** Command that prints a stack's passphrase; it needs the variables of `pulumiEnvironment`. */
export function passphraseCommand({ project, secretsFile }: EnvironmentPaths): readonly string[] {
    return ["sops", "decrypt", "--extract", '["passphrase"]', join(project, secretsFile)];
}
