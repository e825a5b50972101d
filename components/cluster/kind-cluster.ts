import type * as pulumi from "@pulumi/pulumi";
import type { Command } from "@pulumi/command/local";
import { type Provider } from "@pulumi/kubernetes/provider";
import type { HostPort } from "../config/ports";
import type { KindClusterConfig } from "../config/schema";
import { runCommand } from "../core/command";
import { HearthComponent } from "../core/component";
import { checksum } from "../core/hash";
import type { Cluster } from "./cluster";
import { hasImages, type ImagePlan } from "./image-plan";
import { kindConfig, registryHosts } from "./kind-config";
import { clusterProvider, kubeconfigCommand, SCRIPTS } from "./local-cluster";

export interface KindClusterArgs {
    readonly config: KindClusterConfig;
    /** Name of the stack, for the cluster's record. */
    readonly stack: string;
    /** Host ports that the control plane's node carries. */
    readonly ports: readonly HostPort[];
    /** Images that the nodes get before anything is installed. */
    readonly images: ImagePlan;
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
        const { config, stack, ports, images } = args;
        super(KindCluster.__pulumiType, name, { cluster: config.name, workers: config.workers, cni: config.cni }, opts);

        const yaml = kindConfig(config, ports);
        const configHash = checksum({ yaml, engine: config.engine });
        this.identity = runCommand(
            this.childName("identity"),
            {
                create: `exec ${SCRIPTS}/kind-create.sh`,
                delete: `exec ${SCRIPTS}/kind-delete.sh`,
                environment: {
                    CLUSTER_NAME: config.name,
                    STACK: stack,
                    ENGINE: config.engine,
                    NODE_IMAGE: config.nodeImage,
                    PORTS: ports.map(({ hostPort }) => hostPort).join(" "),
                    CONFIG_HASH: configHash,
                    SET_CURRENT_CONTEXT: String(config.setCurrentContext),
                    REGISTRY_HOSTS: JSON.stringify(registryFiles(config.registryMirrors)),
                },
                stdin: yaml,
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

/** Registry host to the text of its `hosts.toml`. */
function registryFiles(mirrors: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
    return Object.fromEntries(Object.entries(mirrors).map(([host, mirror]) => [host, registryHosts(host, mirror)]));
}
