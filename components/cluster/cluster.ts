import type * as pulumi from "@pulumi/pulumi";
import type { Provider } from "@pulumi/kubernetes/provider";

/** What every layer needs of a cluster, whoever provides it. */
export interface Cluster extends pulumi.ComponentResource {
    /** Kubernetes provider, bound to the cluster's identity. */
    readonly provider: Provider;
    /**
     * The resource whose deletion takes everything in the cluster with it (`deletedWith`), so that destroy
     * deletes a cluster and not 300 objects. Absent where the cluster is not ours.
     */
    readonly identity?: pulumi.CustomResource;
    /** Content of the kubeconfig; always a secret. */
    readonly kubeconfig: pulumi.Output<string>;
    /** Type of the Services that users reach. */
    readonly serviceType: "NodePort" | "LoadBalancer" | "ClusterIP";
    /** Nodes and pods are not real. */
    readonly simulated: boolean;
}
