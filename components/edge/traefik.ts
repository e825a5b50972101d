import type * as pulumi from "@pulumi/pulumi";
import { CustomResource } from "@pulumi/kubernetes/apiextensions/customResource";
import { sourceOf } from "../config/charts";
import { namespaceName } from "../config/namespaces";
import type { PlatformConfig, ServiceType } from "../config/schema";
import { chartSpec } from "../config/versions";
import { HearthComponent } from "../core/component";
import { labels } from "../core/labels";
import { installChart } from "../core/release";
import { releaseRollout, type Rollout } from "../core/rollout";
import type { Namespaces } from "../namespaces/namespaces";
import { middlewares, type MiddlewareName } from "./middlewares";
import { traefikCrdsValues, traefikValues } from "./traefik-values";

export interface TraefikArgs {
    readonly config: Pick<PlatformConfig, "charts" | "edge" | "images" | "layers">;
    /** Type of the Service that users reach: `cluster.serviceType`. */
    readonly serviceType: ServiceType;
    /** Gives the namespace `edge`. */
    readonly namespaces: Namespaces;
}

/**
 * The HTTP edge: Traefik's kinds, Traefik, and the middlewares that every route may name
 * (`middlewares: [{ name: cors, namespace: edge }]`).
 */
export class Traefik extends HearthComponent {
    public static readonly __pulumiType = "hearth:edge:Traefik" as const;

    public readonly namespace = namespaceName("edge");
    /** Middlewares that exist on this stack. */
    public readonly middlewares: readonly MiddlewareName[];

    /** What the readiness gate watches. */
    public readonly rollout: Rollout;

    public constructor(name: string, args: TraefikArgs, opts?: pulumi.ComponentResourceOptions) {
        const { config, serviceType } = args;
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
            // A Traefik that starts before its kinds exist only finds them by back-off.
            this.child({ dependsOn: [crds] }),
        );

        for (const { name: middleware, spec } of specs) {
            new CustomResource(
                this.childName(`middleware-${middleware}`),
                {
                    apiVersion: "traefik.io/v1alpha1",
                    kind: "Middleware",
                    metadata: {
                        name: middleware,
                        namespace: this.namespace,
                        labels: { ...labels(middleware, "middleware") },
                    },
                    spec: { ...spec },
                },
                this.child({ dependsOn: [crds] }),
            );
        }
        this.rollout = releaseRollout(release);
        this.registerOutputs({ namespace: this.namespace, middlewares: [...this.middlewares] });
    }
}
