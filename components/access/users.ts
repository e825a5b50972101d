import type * as pulumi from "@pulumi/pulumi";
import { ResourceQuota } from "@pulumi/kubernetes/core/v1/resourceQuota";
import { ServiceAccount } from "@pulumi/kubernetes/core/v1/serviceAccount";
import { namespaceName } from "../config/namespaces";
import type { AccessConfig } from "../config/schema";
import { HearthComponent } from "../core/component";
import { labels } from "../core/labels";
import type { Namespaces } from "../namespaces/namespaces";

export interface UsersArgs {
    readonly access: Pick<AccessConfig, "users" | "issuer">;
    /** Gives the namespace `users`. */
    readonly namespaces: Namespaces;
}

/**
 * The people and programs that the cluster makes tokens for (`make token`), as ServiceAccounts of a namespace where
 * nothing may run. They have no rights in Kubernetes; a token of theirs says who they are to the applications, and to
 * nobody else, since it is made for the applications' audience. Another issuer has users of its own.
 */
export class Users extends HearthComponent {
    public static readonly __pulumiType = "hearth:access:Users" as const;

    public readonly namespace = namespaceName("users");
    public readonly users: readonly string[];

    public constructor(name: string, { access, namespaces }: UsersArgs, opts?: pulumi.ComponentResourceOptions) {
        const users = access.issuer.kind === "cluster" ? access.users : [];
        super(Users.__pulumiType, name, { users }, opts);
        this.users = users;
        const namespace = namespaces.of("users");
        // A pod could name a user's account as its own, and ask for that user's tokens. The provider waits until the
        // quota is in force, which takes the moment that its controller needs to count.
        new ResourceQuota(
            this.childName("no-pods"),
            {
                metadata: {
                    name: "no-pods",
                    namespace: this.namespace,
                    labels: { ...labels("no-pods", "access") },
                },
                spec: { hard: { pods: "0" } },
            },
            this.child({ dependsOn: [namespace] }),
        );
        for (const user of users) {
            new ServiceAccount(
                this.childName(`user-${user}`),
                {
                    metadata: { name: user, namespace: this.namespace, labels: { ...labels(user, "user") } },
                    automountServiceAccountToken: false,
                },
                this.child({ dependsOn: [namespace] }),
            );
        }
        this.registerOutputs({ namespace: this.namespace });
    }
}
