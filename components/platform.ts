import { setImmediate } from "node:timers/promises";
import * as pulumi from "@pulumi/pulumi";
import { createCluster } from "./cluster/create-cluster";
import { ownImageArchives } from "./config/own-images";
import { reachablePorts, reachableUrls } from "./config/reachable";
import type { PlatformConfig } from "./config/schema";
import { stackVersions, type StackVersions } from "./config/stack-versions";
import { HearthComponent } from "./core/component";
import { steadyFieldManager } from "./core/field-manager";
import type { Application } from "./delivery/tree";
import type { CredentialEntry } from "./secrets/entry";

export interface PlatformArgs {
    readonly config: PlatformConfig;
    /** What Pulumi applies of the rendered tree, where there is no Argo CD. Default none. */
    readonly applications?: readonly Application[];
}

/**
 * The whole platform of a stack: a cluster, and in it the layers that are on.
 *
 * Layers are loaded and made once the cluster's registration is on its way: that takes the program as long as the engine
 * takes to start its first plugin and to look at the cluster (make bench: half a second of every run).
 */
export class Platform extends HearthComponent {
    public static readonly __pulumiType = "hearth:platform:Platform" as const;

    /** `http://127.0.0.1:30300` by name of service; empty on an existing cluster, whose addresses are not ours. */
    public readonly urls: Readonly<Record<string, string>>;
    /** Host port by name of service; on an existing cluster the NodePort or port of the Service. */
    public readonly ports: Readonly<Record<string, number>>;
    /** Content of the admin kubeconfig; secret. */
    public readonly kubeconfig: pulumi.Output<string>;
    /** Where each credential is, and those that people type; secret. */
    public readonly credentials: pulumi.Output<Readonly<Record<string, CredentialEntry>>>;
    public readonly versions: StackVersions;
    /** Nodes and pods are not real. */
    public readonly simulated: boolean;
    /** Once all resources of the program are made; fails where that cannot be done, as `credentials` does then. */
    public readonly built: Promise<void>;

    public constructor(
        name: string,
        { config, applications = [] }: PlatformArgs,
        opts?: pulumi.ComponentResourceOptions,
    ) {
        const summary = { mode: config.mode, provider: config.cluster.provider, layers: config.layers };
        const transformations = [...(opts?.transformations ?? []), steadyFieldManager(config.stack)];
        super(Platform.__pulumiType, name, summary, { ...opts, transformations });

        const cluster = createCluster("cluster", config, { archives: ownImageArchives(config) }, { parent: this });
        const layers = registrationSent(cluster).then(async () => {
            const { makeLayers } = await import("./layers");
            return makeLayers({ config, cluster, applications }, this);
        });

        this.urls = reachableUrls(config);
        this.ports = reachablePorts(config);
        this.kubeconfig = cluster.kubeconfig;
        this.credentials = pulumi.output(layers.then(({ summary }) => summary));
        this.versions = stackVersions(config);
        this.simulated = cluster.simulated;
        this.built = layers.then(() => undefined);
        // Pulumi tells of it by the credentials.
        this.built.catch(() => undefined);
        this.registerOutputs({ urls: this.urls, simulated: this.simulated });
    }
}

/**
 * Resolves when the engine has been told of a component's own children, too: they wait for its URN, and go out in the turn
 * of the event loop after that.
 */
async function registrationSent(component: pulumi.ComponentResource): Promise<void> {
    await new Promise<void>((resolve) => component.urn.apply(() => resolve()));
    await setImmediate();
    await setImmediate();
}
