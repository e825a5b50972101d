import * as pulumi from "@pulumi/pulumi";
import { Provider } from "@pulumi/kubernetes/provider";
import { runCommand } from "../core/command";

/** Folder of this folder's scripts, relative to the project: an absolute path would differ between checkouts. */
export const SCRIPTS = "./components/cluster/scripts";

/**
 * The kubeconfig of a cluster that a script made, as a secret. It is a command of its own, because a changed input of
 * a command makes all its outputs unknown in a preview: this one has none that changes but the cluster's identity.
 */
export function kubeconfigCommand(
    name: string,
    cluster: string,
    identity: pulumi.CustomResource,
    opts: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
    const command = runCommand(
        name,
        {
            create: `exec ${SCRIPTS}/kubeconfig.sh`,
            environment: { CLUSTER_NAME: cluster },
            triggers: [identity.id],
            secretOutput: true,
        },
        opts,
    );
    return pulumi.secret(command.stdout);
}

/**
 * By default the provider deletes a ConfigMap or Secret whose content changed and makes it again; a pod that starts in
 * between would miss it. Pods roll by checksums in their annotations all the same.
 */
export const CHANGED_IN_PLACE = { enableConfigMapMutable: true, enableSecretMutable: true } as const;

/** Kubernetes provider of a cluster that is ours. */
export function clusterProvider(
    name: string,
    kubeconfig: pulumi.Output<string>,
    identity: pulumi.CustomResource,
    opts: pulumi.CustomResourceOptions,
): Provider {
    return new Provider(
        name,
        {
            kubeconfig,
            // The only thing that replaces the provider, and with it everything in the cluster: new credentials do not.
            clusterIdentifier: identity.id,
            enableServerSideApply: true,
            ...CHANGED_IN_PLACE,
            // Objects of a cluster that does not answer may leave the state when they are deleted or refreshed.
            deleteUnreachable: true,
        },
        opts,
    );
}
