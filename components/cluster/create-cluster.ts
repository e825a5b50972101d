import * as pulumi from "@pulumi/pulumi";
import { UserError, withoutStack } from "../config/problems";
import type { ClusterConfig, PlatformConfig } from "../config/schema";
import type { Cluster } from "./cluster";
import { ExistingCluster } from "./existing-cluster";
import { readContextKubeconfig } from "./existing-kubeconfig";
import { readImagePlan } from "./image-plan";
import { KindCluster } from "./kind-cluster";
import { KwokCluster } from "./kwok-cluster";

/** What a cluster's nodes get beside what the settings say. */
export interface ClusterInputs {
    /** Archives of images that no registry has, such as our own collector's; `cache:…` is below Hearth's cache. */
    readonly archives?: readonly string[];
    /** Images of the container engine's own store. */
    readonly hostImages?: readonly string[];
}

/**
 * The cluster that the settings ask for.
 * @throws pulumi.RunError when an existing cluster's kubeconfig cannot be used
 */
export function createCluster(
    name: string,
    config: Pick<PlatformConfig, "cluster" | "stack" | "ports">,
    inputs: ClusterInputs = {},
    opts?: pulumi.ComponentResourceOptions,
): Cluster {
    const { cluster, stack, ports } = config;
    switch (cluster.provider) {
        case "kind": {
            const folder = cluster.imageArchives === undefined ? [] : [cluster.imageArchives];
            const images = readImagePlan([...folder, ...(inputs.archives ?? [])], inputs.hostImages);
            return new KindCluster(name, { config: cluster, stack, ports, images }, opts);
        }
        case "kwok":
            return new KwokCluster(name, { config: cluster, stack, ports }, opts);
        case "existing":
            return new ExistingCluster(name, { config: cluster, kubeconfig: kubeconfigOf(cluster) }, opts);
    }
}

function kubeconfigOf(
    config: Extract<ClusterConfig, { provider: "existing" }>,
): ReturnType<typeof readContextKubeconfig> {
    try {
        return readContextKubeconfig(config);
    } catch (error) {
        // A user's mistake is told without a stack trace.
        if (error instanceof UserError) throw withoutStack(new pulumi.RunError(error.message));
        throw error;
    }
}
