import type { ClusterConfig } from "../../components/config/schema";
import type { Environment } from "../lib/process";
import type { Deployment } from "../state/deployment";
import { knowsCluster } from "./recovery";

/** Has the engine write its state once, at the end of a run; else it writes the whole of it around each resource. */
export const WITHOUT_CHECKPOINTS: Environment = { PULUMI_SKIP_CHECKPOINTS: "true" };

/**
 * Variables of an `up`: without checkpoints where it makes a simulated cluster, since all that a kill loses then can be
 * made anew in seconds, and `recover` does so. Whatever may hold data has each step written down.
 * @param state after `recover`; undefined when the stack has none
 */
export function checkpointsOf(provider: ClusterConfig["provider"], state: Deployment | undefined): Environment {
    return provider === "kwok" && !knowsCluster(state) ? WITHOUT_CHECKPOINTS : {};
}
