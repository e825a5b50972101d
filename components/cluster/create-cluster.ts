import { realpathSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { withoutStack } from "../config/problems";
import { tellingMistakes } from "../core/run-error";
import type { ClusterConfig } from "../config/schema";
import { blueprintOf, hasKubeProxy, type BlueprintSettings } from "./blueprint";
import type { Cluster } from "./cluster";
import { ExistingCluster } from "./existing-cluster";
import { readContextKubeconfig } from "./existing-kubeconfig";
import { readImagePlan } from "./image-plan";
import { KindCluster } from "./kind-cluster";
import { KwokCluster } from "./kwok-cluster";
import { readRecords, type ClusterRecord } from "./record";
import { madeFrom, makesWay, recordedCluster, replacementReasons } from "./replacement";

/** What a cluster's nodes get beside what the settings say. */
export interface ClusterInputs {
    /** Archives of images that no registry has, such as our own collector's; `cache:…` is below Hearth's cache. */
    readonly archives?: readonly string[];
    /** Images of the container engine's own store. */
    readonly hostImages?: readonly string[];
    /** Clusters of this user, by which it is seen that one would be replaced; as the state folder has them when absent. */
    readonly records?: readonly ClusterRecord[];
}

/**
 * The cluster that the settings ask for. Where another one is in its place, a preview warns of that.
 * @throws pulumi.RunError when an existing cluster's kubeconfig cannot be used, and where another cluster is in its
 * place: `make up` removes that one first. Pulumi itself cannot replace it: on the way it closes the provider that it
 * needs to delete what is inside (`Diff` of its provider registry, for what depends on a deletion before replacement)
 */
export function createCluster(
    name: string,
    config: BlueprintSettings,
    inputs: ClusterInputs = {},
    opts?: pulumi.ComponentResourceOptions,
): Cluster {
    const { cluster, stack, ports } = config;
    refuseReplacement(config, inputs.records ?? knownRecords());
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

/** Without an engine (in tests) nothing is made, and this user's clusters do not matter. */
function knownRecords(): readonly ClusterRecord[] {
    return pulumi.runtime.hasEngine() ? readRecords() : [];
}

function refuseReplacement(settings: BlueprintSettings, records: readonly ClusterRecord[]): void {
    for (const { name, text } of replacedClusters(settings, records, realpathSync(process.cwd()))) {
        // Whether Pulumi knows one of another name, nobody can tell here.
        if (pulumi.runtime.isDryRun() || name !== settings.cluster.name) void pulumi.log.warn(text);
        else throw withoutStack(new pulumi.RunError(text));
    }
}

/**
 * The clusters of a stack that have to go because the settings ask for another one, each with what is to be said of it.
 * @param checkout absolute path of the project, as records have it
 */
export function replacedClusters(
    settings: BlueprintSettings,
    records: readonly ClusterRecord[],
    checkout: string,
): readonly { readonly name: string; readonly text: string }[] {
    const blueprint = blueprintOf(settings);
    if (blueprint === undefined) return [];
    return records
        .filter((record) => record.checkout === checkout && record.stack === settings.stack)
        .flatMap((record) => {
            const reasons = replacementReasons(recordedCluster(record), madeFrom(blueprint));
            if (reasons.length === 0) return [];
            const what = makesWay(record.name, reasons);
            const fix = `run make up STACK=${settings.stack} ARGS=--replace-cluster, or take the change back`;
            return [{ name: record.name, text: `${what}\n    fix: ${fix}` }];
        });
}

function kubeconfigOf(
    config: Extract<ClusterConfig, { provider: "existing" }>,
): ReturnType<typeof readContextKubeconfig> {
    return tellingMistakes(() => readContextKubeconfig(config));
}
