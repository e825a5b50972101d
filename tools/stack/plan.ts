import { UserError } from "../../components/config/problems";
import type { Environment } from "../../components/config/environment";
import { readEnvironment } from "../../components/config/read-environment";
import {
    checkSettings,
    clusterNameOf,
    providerOf,
    resolveConfig,
    secretsFileOf,
} from "../../components/config/resolve";
import type { ClusterConfig, PlatformConfig } from "../../components/config/schema";
import { readStackFile, type StackFile } from "./stack-file";

/** What is known of a stack before anything is fetched, made or decrypted. */
export interface StackPlan {
    /** Absolute path of the checkout. */
    readonly project: string;
    readonly stack: string;
    readonly file: StackFile;
    readonly environment: Environment;
    readonly provider: ClusterConfig["provider"];
    readonly clusterName: string;
    /** Relative to the project. */
    readonly secretsFile: string;
}

/**
 * Reads a stack's file and what of this machine decides where it runs.
 * @throws UserError when there is no such stack, or its settings have wrong names or types
 */
export function readPlan(project: string, stack: string): StackPlan {
    const plan = planOf(project, stack);
    const { problems } = plan.file.parsed;
    if (problems.length > 0) throw new UserError(`stack ${stack} is not valid`, problems);
    return plan;
}

/**
 * The same for a run that is going to make or show something of the stack.
 * @throws UserError with everything that is wrong with the settings; what is missing besides is told later
 */
export function readCheckedPlan(project: string, stack: string): StackPlan {
    const plan = planOf(project, stack);
    checkSettings(stack, plan.file.parsed, plan.environment);
    return plan;
}

function planOf(project: string, stack: string): StackPlan {
    const file = readStackFile(project, stack);
    const environment = readEnvironment(project, stack, file.settings);
    return {
        project,
        stack,
        file,
        environment,
        provider: providerOf(file.settings, environment),
        clusterName: clusterNameOf(stack, file.settings),
        secretsFile: secretsFileOf(stack, file.settings),
    };
}

/**
 * The whole configuration, by the same gate that the program passes.
 * @throws UserError with every problem
 */
export function resolvePlan({ project, stack, file }: Pick<StackPlan, "project" | "stack" | "file">): PlatformConfig {
    // Read anew: charts and images have been fetched since the plan was made.
    return resolveConfig(stack, file.parsed, readEnvironment(project, stack, file.settings));
}
