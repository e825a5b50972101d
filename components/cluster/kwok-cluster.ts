import type * as pulumi from "@pulumi/pulumi";
import type { Command } from "@pulumi/command/local";
import type { Provider } from "@pulumi/kubernetes/provider";
import type { HostPort } from "../config/ports";
import type { KwokClusterConfig } from "../config/schema";
import { KUBERNETES_VERSION } from "../config/versions";
import { runCommand } from "../core/command";
import { HearthComponent } from "../core/component";
import { checksum } from "../core/hash";
import type { Cluster } from "./cluster";
import { kwokctlConfig, kwokObjects } from "./kwok-config";
import { clusterProvider, kubeconfigCommand, SCRIPTS } from "./local-cluster";

export interface KwokClusterArgs {
    readonly config: KwokClusterConfig;
    /** Name of the stack, for the cluster's record. */
    readonly stack: string;
    /** Host ports that a real cluster would hold; for the record only, nothing listens on them. */
    readonly ports: readonly HostPort[];
}

/** A real control plane as processes of this machine; its nodes and pods are simulated. */
export class KwokCluster extends HearthComponent implements Cluster {
    public static readonly __pulumiType = "hearth:cluster:KwokCluster" as const;

    public readonly provider: Provider;
    public readonly identity: Command;
    public readonly kubeconfig: pulumi.Output<string>;
    public readonly serviceType = "NodePort";
    public readonly simulated = true;

    public constructor(name: string, args: KwokClusterArgs, opts?: pulumi.ComponentResourceOptions) {
        const { config, stack, ports } = args;
        super(KwokCluster.__pulumiType, name, { cluster: config.name, workers: config.workers }, opts);

        const controlPlane = kwokctlConfig();
        const objects = kwokObjects(config);
        const configHash = checksum({ controlPlane, objects, kubernetes: KUBERNETES_VERSION });
        this.identity = runCommand(
            this.childName("identity"),
            {
                create: `exec ${SCRIPTS}/kwok-create.sh`,
                delete: `exec ${SCRIPTS}/kwok-delete.sh`,
                environment: {
                    CLUSTER_NAME: config.name,
                    STACK: stack,
                    PORTS: ports.map(({ hostPort }) => hostPort).join(" "),
                    CONFIG_HASH: configHash,
                    KWOKCTL_CONFIG: controlPlane,
                },
                stdin: objects,
                triggers: [configHash],
            },
            this.child(),
        );
        this.kubeconfig = kubeconfigCommand(this.childName("kubeconfig"), config.name, this.identity, this.child());
        this.provider = clusterProvider(this.childName("provider"), this.kubeconfig, this.identity, this.child());
        this.registerOutputs({ kubeconfig: this.kubeconfig, simulated: this.simulated });
    }
}
