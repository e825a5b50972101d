import type * as pulumi from "@pulumi/pulumi";
import type { Command } from "@pulumi/command/local";
import type { Provider } from "@pulumi/kubernetes/provider";
import type { HostPort } from "../config/ports";
import type { KwokClusterConfig } from "../config/schema";
import { runCommand } from "../core/command";
import { HearthComponent } from "../core/component";
import { kwokBlueprint } from "./blueprint";
import type { Cluster } from "./cluster";
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

        const { environment, stdin, configHash } = kwokBlueprint(config, { ports, stack });
        this.identity = runCommand(
            this.childName("identity"),
            {
                create: `exec ${SCRIPTS}/kwok-create.sh`,
                delete: `exec ${SCRIPTS}/kwok-delete.sh`,
                environment,
                stdin,
                triggers: [configHash],
            },
            this.child(),
        );
        this.kubeconfig = kubeconfigCommand(this.childName("kubeconfig"), config.name, this.identity, this.child());
        this.provider = clusterProvider(this.childName("provider"), this.kubeconfig, this.identity, this.child());
        this.registerOutputs({ kubeconfig: this.kubeconfig, simulated: this.simulated });
    }
}
