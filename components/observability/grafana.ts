import type * as pulumi from "@pulumi/pulumi";
import { ConfigMap } from "@pulumi/kubernetes/core/v1/configMap";
import { sourceOf } from "../config/charts";
import { namespaceName } from "../config/namespaces";
import type { PlatformConfig, ServiceType } from "../config/schema";
import { chartSpec } from "../config/versions";
import { HearthComponent } from "../core/component";
import { labels } from "../core/labels";
import { installChart } from "../core/release";
import { releaseRollout, type Rollout } from "../core/rollout";
import type { Namespaces } from "../namespaces/namespaces";
import type { Credentials } from "../secrets/credentials";
import { clusterUrl } from "./addresses";
import { dashboardFiles, dashboardSpecs } from "./dashboards/dashboards";
import { datasources } from "./grafana-datasources";
import { DASHBOARDS, grafanaValues, type GrafanaSettings } from "./grafana-values";

export interface GrafanaArgs {
    readonly config: GrafanaSettings & Pick<PlatformConfig, "charts">;
    /** Type of the Service that users reach: `cluster.serviceType`. */
    readonly serviceType: ServiceType;
    /** Gives the namespace `observability`. */
    readonly namespaces: Namespaces;
    /** Gives the Secret with the administrator's name and password. */
    readonly credentials: Credentials;
}

/** Grafana, with the data sources and dashboards of the layers that are on. */
export class Grafana extends HearthComponent {
    public static readonly __pulumiType = "hearth:observability:Grafana" as const;

    public readonly namespace = namespaceName("observability");
    /** Address in the cluster. */
    public readonly url = clusterUrl("grafana");

    /** What the readiness gate watches. */
    public readonly rollout: Rollout;

    public constructor(name: string, args: GrafanaArgs, opts?: pulumi.ComponentResourceOptions) {
        const { config, serviceType } = args;
        const chart = chartSpec("grafana");
        const dashboards = dashboardSpecs(config).map(({ uid }) => uid);
        const summary = {
            version: chart.version,
            serviceType,
            datasources: datasources(config).map(({ uid }) => uid),
            dashboards,
        };
        super(Grafana.__pulumiType, name, summary, opts);

        const secret = args.credentials.of("grafana-admin");
        const namespace = args.namespaces.of("observability");
        const files = new ConfigMap(
            this.childName("dashboards"),
            {
                metadata: {
                    name: DASHBOARDS,
                    namespace: this.namespace,
                    labels: { ...labels("grafana", "dashboards") },
                },
                data: { ...dashboardFiles(config) },
            },
            this.child({ dependsOn: [namespace] }),
        );
        const home = dashboards[0];
        const release = installChart(
            this.childName("release"),
            {
                release: "grafana",
                namespace: this.namespace,
                chart,
                source: sourceOf(config.charts, chart.name),
                values: grafanaValues(config, { serviceType, secret, ...(home === undefined ? {} : { home }) }),
            },
            this.child({ dependsOn: [files, secret.resource] }),
        );
        this.rollout = releaseRollout(release);
        this.registerOutputs({ namespace: this.namespace, url: this.url });
    }
}
