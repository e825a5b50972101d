import type * as pulumi from "@pulumi/pulumi";
import { Role } from "@pulumi/kubernetes/rbac/v1/role";
import { RoleBinding } from "@pulumi/kubernetes/rbac/v1/roleBinding";
import { sourceOf } from "../config/charts";
import type { PlatformConfig, ServiceType } from "../config/schema";
import { chartSpec } from "../config/versions";
import { HearthComponent } from "../core/component";
import { customObject } from "../core/custom-object";
import { installChart } from "../core/release";
import { releaseRollout, type Rollout } from "../core/rollout";
import type { Namespaces } from "../namespaces/namespaces";
import type { Credentials } from "../secrets/credentials";
import { applicationGuard } from "./application-guard";
import { applicationRoles, type ApplicationRole } from "./application-rbac";
import { deliveryOf, lockedDefaultProject } from "./applications";
import { argocdValues, type ArgoCdSettings } from "./argocd-values";
import { NAMESPACE, RELEASE } from "./identities";

export interface ArgoCdArgs {
    readonly config: ArgoCdSettings & Pick<PlatformConfig, "charts" | "gitops">;
    /** Type of the Service that users reach: `cluster.serviceType`. */
    readonly serviceType: ServiceType;
    /** Gives the namespaces `argocd` and those of the applications. */
    readonly namespaces: Namespaces;
    /** Gives the administrator's hash and the password of Redis. */
    readonly credentials: Credentials;
    /**
     * What brings kinds that applications may use (Traefik's, Gateway API's). Argo CD watches the kinds that there are
     * when it starts, since it may not watch for new ones.
     */
    readonly kinds?: readonly pulumi.Resource[];
}

/**
 * Argo CD, confined to the namespaces of the applications, and what it delivers: one Application for each folder of the
 * repository that the pattern fits.
 */
export class ArgoCd extends HearthComponent {
    public static readonly __pulumiType = "hearth:gitops:ArgoCd" as const;

    public readonly namespace = NAMESPACE;
    /** Whether there is a repository to deliver from. */
    public readonly delivers: boolean;

    /** What the readiness gate watches. */
    public readonly rollout: Rollout;

    public constructor(name: string, args: ArgoCdArgs, opts?: pulumi.ComponentResourceOptions) {
        const { config, namespaces, credentials, kinds = [] } = args;
        const chart = chartSpec("argo-cd");
        const delivery = deliveryOf(config);
        const summary = {
            version: chart.appVersion,
            serviceType: args.serviceType,
            applicationNamespaces: config.applicationNamespaces,
            // An address may have a name in it that is nobody's business; that there is one says enough here.
            delivers: delivery !== undefined,
        };
        super(ArgoCd.__pulumiType, name, summary, opts);
        this.delivers = summary.delivers;

        const [admin, redis] = [credentials.of("argocd-secret"), credentials.of("argocd-redis")];
        const rights = config.applicationNamespaces.flatMap(applicationRoles).flatMap((role) => this.grant(role, args));
        const release = installChart(
            this.childName("release"),
            {
                release: RELEASE,
                namespace: this.namespace,
                chart,
                source: sourceOf(config.charts, chart.name),
                values: argocdValues(config, {
                    serviceType: args.serviceType,
                    redisChecksum: redis.checksum,
                }),
            },
            // A controller that starts before its rights leaves out what it may not see, until it is started again.
            this.child({
                dependsOn: [namespaces.of("gitops"), admin.resource, redis.resource, ...rights, ...kinds],
            }),
        );
        this.rollout = releaseRollout(release);

        // The release brings the kinds of projects and ApplicationSets.
        const afterRelease = this.child({ dependsOn: [release] });
        customObject(this.childName("default-project"), lockedDefaultProject(), afterRelease);
        if (delivery !== undefined) {
            const guard = applicationGuard(config.applicationNamespaces).map(({ role, object }) =>
                customObject(this.childName(role), object, this.child()),
            );
            const project = customObject(this.childName("project"), delivery.project, afterRelease);
            // First to go: its applications need project and rights until they are gone.
            const opts = this.child({ dependsOn: [project, ...guard] });
            customObject(this.childName("applications"), delivery.applicationSet, opts);
        }
        this.registerOutputs({ namespace: this.namespace, delivers: this.delivers });
    }

    private grant(role: ApplicationRole, { namespaces }: ArgoCdArgs): readonly pulumi.Resource[] {
        const { account, namespace, labels, rules, subject } = role;
        const metadata = { name: account, namespace, labels: { ...labels } };
        const opts = this.child({ dependsOn: [namespaces.of(`application-${namespace}`)] });
        const childName = this.childName(`${namespace}-${account}`);
        return [
            new Role(
                `${childName}-role`,
                {
                    metadata,
                    rules: rules.map(({ apiGroups, resources, verbs }) => ({
                        apiGroups: [...apiGroups],
                        resources: [...resources],
                        verbs: [...verbs],
                    })),
                },
                opts,
            ),
            new RoleBinding(
                `${childName}-binding`,
                {
                    metadata,
                    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: account },
                    subjects: [{ ...subject }],
                },
                opts,
            ),
        ];
    }
}
