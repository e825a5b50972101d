import type * as pulumi from "@pulumi/pulumi";
import { Deployment } from "@pulumi/kubernetes/apps/v1/deployment";
import { Service } from "@pulumi/kubernetes/core/v1/service";
import { ServiceAccount } from "@pulumi/kubernetes/core/v1/serviceAccount";
import { GIT_SERVER } from "../config/delivery";
import { formatImage, resolveImage } from "../config/images";
import type { PlatformConfig } from "../config/schema";
import { HearthComponent } from "../core/component";
import { labels } from "../core/labels";
import { workloadRollout, type Rollout } from "../core/rollout";
import type { Namespaces } from "../namespaces/namespaces";
import { gitServerDeployment, gitServerService } from "./git-server-manifests";
import { NAMESPACE } from "./identities";

export interface GitServerArgs {
    readonly config: Pick<PlatformConfig, "gitops" | "images">;
    /** Gives the namespace `argocd`. */
    readonly namespaces: Namespaces;
}

/** Serves this checkout to Argo CD, where it is told of no other repository; `make push` fills it. */
export class GitServer extends HearthComponent {
    public static readonly __pulumiType = "hearth:gitops:GitServer" as const;

    /** What the readiness gate watches. */
    public readonly rollout: Rollout;

    public constructor(name: string, args: GitServerArgs, opts?: pulumi.ComponentResourceOptions) {
        const { config, namespaces } = args;
        const image = resolveImage("argocd", config.images);
        super(GitServer.__pulumiType, name, { image: formatImage(image) }, opts);

        const inNamespace = this.child({ dependsOn: [namespaces.of("gitops")] });
        const account = new ServiceAccount(
            this.childName("account"),
            {
                metadata: { name: GIT_SERVER, namespace: NAMESPACE, labels: { ...labels(GIT_SERVER, "gitops") } },
                automountServiceAccountToken: false,
            },
            inNamespace,
        );
        new Service(this.childName("service"), gitServerService(), inNamespace);
        const server = new Deployment(
            this.childName("server"),
            gitServerDeployment(image, config.gitops.revision),
            this.child({ dependsOn: [account] }),
        );
        this.rollout = workloadRollout(server);
        this.registerOutputs({});
    }
}
