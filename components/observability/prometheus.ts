import type * as pulumi from "@pulumi/pulumi";
import { ClusterRole } from "@pulumi/kubernetes/rbac/v1/clusterRole";
import { ClusterRoleBinding } from "@pulumi/kubernetes/rbac/v1/clusterRoleBinding";
import { sourceOf } from "../config/charts";
import { namespaceName } from "../config/namespaces";
import { hasLayer, type PlatformConfig, type ServiceType } from "../config/schema";
import { chartSpec } from "../config/versions";
import { HearthComponent } from "../core/component";
import { installChart } from "../core/release";
import { releaseRollout, type Rollout } from "../core/rollout";
import type { Namespaces } from "../namespaces/namespaces";
import type { Credentials } from "../secrets/credentials";
import { clusterUrl } from "./addresses";
import { clusterAccess } from "./prometheus-rbac";
import { PROMETHEUS, prometheusValues, type PrometheusSettings } from "./prometheus-values";

export interface PrometheusArgs {
    readonly config: PrometheusSettings & Pick<PlatformConfig, "charts">;
    /** Type of the Services that users reach: `cluster.serviceType`. */
    readonly serviceType: ServiceType;
    /** Gives the namespaces `observability` and, with layer node-exporter, `node-agents`. */
    readonly namespaces: Namespaces;
    /** Gives the Secret with Garage's metrics token where layer garage is on. */
    readonly credentials: Credentials;
}

/** Metrics and alerts: Prometheus, and by their layers Alertmanager, kube-state-metrics and node-exporter. */
export class Prometheus extends HearthComponent {
    public static readonly __pulumiType = "hearth:observability:Prometheus" as const;

    public readonly namespace = namespaceName("observability");
    /** Address in the cluster. */
    public readonly url = clusterUrl("prometheus");

    /** What the readiness gate watches. */
    public readonly rollout: Rollout;

    public constructor(name: string, args: PrometheusArgs, opts?: pulumi.ComponentResourceOptions) {
        const { config, namespaces, serviceType } = args;
        const chart = chartSpec("prometheus");
        const summary = { version: chart.version, serviceType, retentionHours: config.retentionHours.metrics };
        super(Prometheus.__pulumiType, name, summary, opts);

        const bindings = clusterAccess(config).map(({ account, role, binding }) => {
            const made = new ClusterRole(this.childName(`${account}-role`), role, this.child());
            // Who may not grant everything may bind only a role that exists.
            const after = this.child({ dependsOn: [made] });
            return new ClusterRoleBinding(this.childName(`${account}-binding`), binding, after);
        });
        const needs: readonly pulumi.Resource[] = [
            namespaces.of("observability"),
            ...(hasLayer(config, "node-exporter") ? [namespaces.of("nodeAgents")] : []),
            ...(hasLayer(config, "garage") ? [args.credentials.of("garage-metrics").resource] : []),
            // A discovery that is refused at first is tried again later and later.
            ...bindings,
        ];
        const release = installChart(
            this.childName("release"),
            {
                release: PROMETHEUS,
                namespace: this.namespace,
                chart,
                source: sourceOf(config.charts, chart.name),
                values: prometheusValues(config, serviceType),
            },
            this.child({ dependsOn: [...needs] }),
        );
        this.rollout = releaseRollout(release);
        this.registerOutputs({ namespace: this.namespace, url: this.url });
    }
}
