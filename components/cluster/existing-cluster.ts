import * as pulumi from "@pulumi/pulumi";
import { Provider } from "@pulumi/kubernetes/provider";
import type { ExistingClusterConfig, ServiceType } from "../config/schema";
import { HearthComponent } from "../core/component";
import type { Cluster } from "./cluster";
import type { ContextKubeconfig } from "./existing-kubeconfig";
import { CHANGED_IN_PLACE } from "./local-cluster";

export interface ExistingClusterArgs {
    readonly config: ExistingClusterConfig;
    /** What `contextKubeconfig` found for the configured context. */
    readonly kubeconfig: ContextKubeconfig;
}

/**
 * A cluster that somebody else made. It has no identity of ours: destroy deletes what we put into it, object by
 * object, and nothing else.
 */
export class ExistingCluster extends HearthComponent implements Cluster {
    public static readonly __pulumiType = "hearth:cluster:ExistingCluster" as const;

    public readonly provider: Provider;
    public readonly kubeconfig: pulumi.Output<string>;
    public readonly serviceType: ServiceType;
    public readonly simulated = false;

    public constructor(name: string, args: ExistingClusterArgs, opts?: pulumi.ComponentResourceOptions) {
        const { config, kubeconfig } = args;
        super(ExistingCluster.__pulumiType, name, { context: config.context, serviceType: config.serviceType }, opts);

        this.serviceType = config.serviceType;
        this.kubeconfig = pulumi.secret(kubeconfig.text);
        this.provider = new Provider(
            this.childName("provider"),
            {
                kubeconfig: this.kubeconfig,
                // A renewed token or certificate is an update; another server is another cluster.
                clusterIdentifier: `${config.context} ${kubeconfig.server}`,
                enableServerSideApply: true,
                ...CHANGED_IN_PLACE,
            },
            this.child(),
        );
        this.registerOutputs({ kubeconfig: this.kubeconfig, simulated: this.simulated });
    }
}
