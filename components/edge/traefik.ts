import type * as pulumi from "@pulumi/pulumi";
import { ClusterRole } from "@pulumi/kubernetes/rbac/v1/clusterRole";
import { ClusterRoleBinding } from "@pulumi/kubernetes/rbac/v1/clusterRoleBinding";
import { Role } from "@pulumi/kubernetes/rbac/v1/role";
import { RoleBinding } from "@pulumi/kubernetes/rbac/v1/roleBinding";
import { sourceOf } from "../config/charts";
import { namespaceName } from "../config/namespaces";
import type { PlatformConfig, ServiceType } from "../config/schema";
import { chartSpec } from "../config/versions";
import { HearthComponent } from "../core/component";
import { customObject } from "../core/custom-object";
import { labels } from "../core/labels";
import { installChart } from "../core/release";
import { releaseRollout, type Rollout } from "../core/rollout";
import type { GatewayApi } from "../gateway-api/gateway-api";
import type { Namespaces } from "../namespaces/namespaces";
import { GATEWAY, gateway, gatewayClass } from "./gateway";
import { middlewares, type MiddlewareName, type MiddlewareSpec } from "./middlewares";
import { traefikAccess } from "./traefik-rbac";
import { traefikCrdsValues, traefikValues, type TraefikSettings } from "./traefik-values";

export interface TraefikArgs {
    readonly config: TraefikSettings & Pick<PlatformConfig, "charts" | "edge">;
    /** Type of the Service that users reach: `cluster.serviceType`. */
    readonly serviceType: ServiceType;
    /** Gives the namespace `edge` and those of the applications. */
    readonly namespaces: Namespaces;
    /** Gives the kinds of routes that are nobody's own. */
    readonly gatewayApi: GatewayApi;
}

/**
 * The HTTP edge: Traefik, its own kinds and a Gateway for those of Gateway API, and the middlewares that every route
 * may name (`middlewares: [{ name: cors, namespace: edge }]`). Routes are looked for in the applications' namespaces.
 */
export class Traefik extends HearthComponent {
    public static readonly __pulumiType = "hearth:edge:Traefik" as const;

    public readonly namespace = namespaceName("edge");
    /** Middlewares that exist on this stack. */
    public readonly middlewares: readonly MiddlewareName[];
    /** Name of the Gateway, in the namespace above, that HTTPRoutes and GRPCRoutes name as their parent. */
    public readonly gateway = GATEWAY;

    /** Once it is there, so are the kinds of Traefik's own routes. */
    public readonly crds: pulumi.Resource;

    /** What the readiness gate watches. */
    public readonly rollout: Rollout;

    public constructor(name: string, args: TraefikArgs, opts?: pulumi.ComponentResourceOptions) {
        const { config, gatewayApi, serviceType } = args;
        const specs = middlewares(config.edge);
        const chart = chartSpec("traefik");
        const summary = { version: chart.version, serviceType, middlewares: specs.map((spec) => spec.name) };
        super(Traefik.__pulumiType, name, summary, opts);
        this.middlewares = summary.middlewares;
        const namespace = args.namespaces.of("edge");

        const crdsChart = chartSpec("traefik-crds");
        const crds = installChart(
            this.childName("crds"),
            {
                release: "traefik-crds",
                namespace: this.namespace,
                chart: crdsChart,
                source: sourceOf(config.charts, crdsChart.name),
                values: traefikCrdsValues(),
            },
            this.child({ dependsOn: [namespace] }),
        );
        const access = this.makeAccess(args);

        const release = installChart(
            this.childName("release"),
            {
                release: "traefik",
                namespace: this.namespace,
                chart,
                source: sourceOf(config.charts, chart.name),
                values: traefikValues(config, serviceType),
                // crds/ holds Gateway API v1.4.0, which newer clusters refuse, and Traefik Hub's kinds.
                skipCrds: true,
            },
            // A Traefik that starts before its kinds exist, or before it may list them, only finds them by back-off.
            this.child({ dependsOn: [crds, gatewayApi.crds, ...access] }),
        );

        for (const spec of specs) this.makeMiddleware(spec, crds);
        const afterKinds = this.child({ dependsOn: [gatewayApi.crds] });
        customObject(this.childName("gateway-class"), gatewayClass(), afterKinds);
        const afterBoth = this.child({ dependsOn: [gatewayApi.crds, namespace] });
        customObject(this.childName("gateway"), gateway(config), afterBoth);
        this.crds = crds;
        this.rollout = releaseRollout(release);
        this.registerOutputs({ namespace: this.namespace, middlewares: [...this.middlewares], gateway: GATEWAY });
    }

    /** @returns what has to be there before Traefik may read anything */
    private makeAccess({ config, namespaces }: TraefikArgs): readonly pulumi.Resource[] {
        const { cluster, namespaces: parts } = traefikAccess(config);
        const clusterRole = new ClusterRole(this.childName("role"), cluster.role, this.child());
        // Who may not grant everything may bind only a role that exists.
        const after = this.child({ dependsOn: [clusterRole] });
        const clusterBinding = new ClusterRoleBinding(this.childName("binding"), cluster.binding, after);
        const bindings = parts.map((part) => {
            const inNamespace = this.child({ dependsOn: [namespaces.of(part.id)] });
            const role = new Role(this.childName(`role-${part.namespace}`), part.role, inNamespace);
            const afterRole = this.child({ dependsOn: [role] });
            return new RoleBinding(this.childName(`binding-${part.namespace}`), part.binding, afterRole);
        });
        return [clusterBinding, ...bindings];
    }

    private makeMiddleware({ name, spec }: MiddlewareSpec, crds: pulumi.Resource): void {
        customObject(
            this.childName(`middleware-${name}`),
            {
                apiVersion: "traefik.io/v1alpha1",
                kind: "Middleware",
                metadata: { name, namespace: this.namespace, labels: labels(name, "middleware") },
                spec,
            },
            this.child({ dependsOn: [crds] }),
        );
    }
}
