import type * as pulumi from "@pulumi/pulumi";
import type { Command } from "@pulumi/command/local";
import { type Provider } from "@pulumi/kubernetes/provider";
import type { HostPort } from "../config/ports";
import type { KindClusterConfig } from "../config/schema";
import { runCommand } from "../core/command";
import { HearthComponent } from "../core/component";
import { kindBlueprint } from "./blueprint";
import type { Cluster } from "./cluster";
import { hasImages, type ImagePlan } from "./image-plan";
import { clusterProvider, kubeconfigCommand, SCRIPTS } from "./local-cluster";

export interface KindClusterArgs {
    readonly config: KindClusterConfig;
    /** Name of the stack, for the cluster's record. */
    readonly stack: string;
    /** Host ports that the control plane's node carries. */
    readonly ports: readonly HostPort[];
    /** Images that the nodes get before anything is installed. */
    readonly images: ImagePlan;
    /** Services are kube-proxy's; false where Cilium serves them. */
    readonly kubeProxy: boolean;
}

/** A cluster of containers, made by kind. Nothing in it outlives it. */
export class KindCluster extends HearthComponent implements Cluster {
    public static readonly __pulumiType = "hearth:cluster:KindCluster" as const;

    public readonly provider: Provider;
    public readonly identity: Command;
    public readonly kubeconfig: pulumi.Output<string>;
    public readonly serviceType = "NodePort";
    public readonly simulated = false;

    public constructor(name: string, args: KindClusterArgs, opts?: pulumi.ComponentResourceOptions) {
        const { config, stack, ports, images, kubeProxy } = args;
        super(KindCluster.__pulumiType, name, { cluster: config.name, workers: config.workers, cni: config.cni }, opts);

        const { environment, stdin, configHash } = kindBlueprint(config, { ports, stack, kubeProxy });
        this.identity = runCommand(
            this.childName("identity"),
            {
                create: `exec ${SCRIPTS}/kind-create.sh`,
                delete: `exec ${SCRIPTS}/kind-delete.sh`,
                environment,
                stdin,
                triggers: [configHash],
            },
            this.child(),
        );
        this.kubeconfig = kubeconfigCommand(this.childName("kubeconfig"), config.name, this.identity, this.child());
        const loaded = hasImages(images) ? [this.loadImages(config, images)] : [];
        // Pods that start before their images are there wait out the kubelet's back-off, so everything waits for them.
        this.provider = clusterProvider(
            this.childName("provider"),
            this.kubeconfig,
            this.identity,
            this.child({ dependsOn: loaded }),
        );
        this.registerOutputs({ kubeconfig: this.kubeconfig, simulated: this.simulated });
    }

    private loadImages(config: KindClusterConfig, images: ImagePlan): Command {
        return runCommand(
            this.childName("images"),
            {
                create: `exec ${SCRIPTS}/kind-images.sh`,
                environment: {
                    CLUSTER_NAME: config.name,
                    ENGINE: config.engine,
                    ARCHIVES: images.archives.join("\n"),
                    HOST_IMAGES: images.hostImages.join("\n"),
                },
                triggers: [this.identity.id, images.fingerprint],
            },
            this.child(),
        );
    }
}
