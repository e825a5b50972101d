import type { PlatformConfig } from "../config/schema";
import type { S3Consumer, S3Key } from "../secrets/values";
import type { DesiredStorage } from "./bootstrap-plan";
import { bucketsOf, desiredBuckets } from "./buckets";

/** What the bootstrap reads from its standard input, as JSON. */
export interface BootstrapInput {
    /** Content of the cluster's kubeconfig. */
    readonly kubeconfig: string;
    /** Token of Garage's admin API. */
    readonly adminToken: string;
    readonly desired: DesiredStorage;
}

/** Secrets that are known when the bootstrap runs. */
export interface BootstrapSecrets {
    readonly kubeconfig: string;
    readonly adminToken: string;
    readonly keys: Readonly<Partial<Record<S3Consumer, S3Key>>>;
}

/** The bootstrap's input for a stack: the key of each consumer, with its own buckets only. */
export function bootstrapInput(
    config: Pick<PlatformConfig, "layers" | "sizes">,
    { kubeconfig, adminToken, keys }: BootstrapSecrets,
): BootstrapInput {
    const consumers = (["loki", "tempo"] as const).flatMap((consumer) => {
        const key = keys[consumer];
        return key === undefined ? [] : [{ consumer, ...key, buckets: bucketsOf(consumer) }];
    });
    const buckets = desiredBuckets(config.layers, config.sizes["garage-data"]);
    return { kubeconfig, adminToken, desired: { keys: consumers, buckets } };
}
