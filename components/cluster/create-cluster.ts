import { realpathSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { UserError, withoutStack } from "../config/problems";
import type { ClusterConfig } from "../config/schema";
import { blueprintOf, hasKubeProxy, type BlueprintSettings } from "./blueprint";
import type { Cluster } from "./cluster";
import { ExistingCluster } from "./existing-cluster";
import { readContextKubeconfig } from "./existing-kubeconfig";
import { readImagePlan } from "./image-plan";
import { KindCluster } from "./kind-cluster";
import { KwokCluster } from "./kwok-cluster";
import { readRecords, type ClusterRecord } from "./record";
import { madeFrom, recordedCluster, replacementReasons } from "./replacement";

/** What a cluster's nodes get beside what the settings say. */
export interface ClusterInputs {
    /** Archives of images that no registry has, such as our own collector's; `cache:…` is below Hearth's cache. */
    readonly archives?: readonly string[];
    /** Images of the container engine's own store. */
    readonly hostImages?: readonly string[];
    /** Clusters of this user, for a warning before one of them is replaced; read from the state folder when absent. */
    readonly records?: readonly ClusterRecord[];
}

/**
 * The cluster that the settings ask for. Where another one is there in its place, that is told as a warning, in
 * previews, too: whoever runs plain Pulumi sees it before saying yes.
 * @throws pulumi.RunError when an existing cluster's kubeconfig cannot be used
 */
export function createCluster(
    name: string,
    config: BlueprintSettings,
    inputs: ClusterInputs = {},
    opts?: pulumi.ComponentResourceOptions,
): Cluster {
    const { cluster, stack, ports } = config;
    const checkout = realpathSync(process.cwd());
    for (const warning of replacementWarnings(config, inputs.records ?? readRecords(), checkout)) {
        void pulumi.log.warn(warning);
    }
    switch (cluster.provider) {
        case "kind": {
            const folder = cluster.imageArchives === undefined ? [] : [cluster.imageArchives];
            const images = readImagePlan([...folder, ...(inputs.archives ?? [])], inputs.hostImages);
            const kubeProxy = hasKubeProxy(config);
            return new KindCluster(name, { config: cluster, stack, ports, images, kubeProxy }, opts);
        }
        case "kwok":
            return new KwokCluster(name, { config: cluster, stack, ports }, opts);
        case "existing":
            return new ExistingCluster(name, { config: cluster, kubeconfig: kubeconfigOf(cluster) }, opts);
    }
}

/**
 * One line for each cluster of a stack that has to go because the settings ask for another one.
 * @param checkout absolute path of the project, as records have it
 */
export function replacementWarnings(
    settings: BlueprintSettings,
    records: readonly ClusterRecord[],
    checkout: string,
): readonly string[] {
    const blueprint = blueprintOf(settings);
    if (blueprint === undefined) return [];
    return records
        .filter((record) => record.checkout === checkout && record.stack === settings.stack)
        .flatMap((record) => {
            const reasons = replacementReasons(recordedCluster(record), madeFrom(blueprint)).join("; ");
            return reasons === ""
                ? []
                : [
                      `cluster ${record.name} has to make way for another (${reasons}): everything in it goes, with its data`,
                  ];
        });
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
