import type * as pulumi from "@pulumi/pulumi";
import { sourceOf } from "../config/charts";
import { KUBE_SYSTEM } from "../config/namespaces";
import type { PlatformConfig, ServiceType } from "../config/schema";
import { chartSpec } from "../config/versions";
import { HearthComponent } from "../core/component";
import { installChart } from "../core/release";
import { releaseRollout, type Rollout } from "../core/rollout";
import { ciliumCrdsValues, ciliumValues, type CiliumSettings } from "./cilium-values";

export interface CiliumArgs {
    readonly config: CiliumSettings & Pick<PlatformConfig, "charts">;
    /** Type of the Service by which users reach the Hubble UI: `cluster.serviceType`. */
    readonly serviceType: ServiceType;
}

/**
 * The container network: Cilium's kinds, then Cilium with Hubble, in namespace `kube-system`.
 *
 * Nodes become Ready through it. Nothing waits for that on the way: pods that need the network are Pending until then,
 * Cilium's own use the node's.
 */
export class Cilium extends HearthComponent {
    public static readonly __pulumiType = "hearth:network:Cilium" as const;

    public readonly namespace = KUBE_SYSTEM;
    /**
     * Once it is there, policies can be made (`CiliumNetworkPolicy`, `CiliumClusterwideNetworkPolicy`), before the
     * first agent runs: no pod starts unguarded.
     */
    public readonly crds: pulumi.Resource;
    /** What the readiness gate watches. */
    public readonly rollout: Rollout;

    public constructor(name: string, args: CiliumArgs, opts?: pulumi.ComponentResourceOptions) {
        const { config, serviceType } = args;
        const chart = chartSpec("cilium");
        const { kubeProxyReplacement, l7Proxy } = config.cilium;
        super(Cilium.__pulumiType, name, { version: chart.version, kubeProxyReplacement, l7Proxy }, opts);

        const kinds = chartSpec("cilium-crds");
        this.crds = installChart(
            this.childName("crds"),
            {
                release: kinds.name,
                namespace: this.namespace,
                chart: kinds,
                source: sourceOf(config.charts, kinds.name),
                values: ciliumCrdsValues(),
            },
            this.child(),
        );
        const release = installChart(
            this.childName("release"),
            {
                release: chart.name,
                namespace: this.namespace,
                chart,
                source: sourceOf(config.charts, chart.name),
                values: ciliumValues(config, serviceType),
            },
            // Agents give up when their kinds do not come; nobody else makes them.
            this.child({ dependsOn: [this.crds] }),
        );
        this.rollout = releaseRollout(release);
        this.registerOutputs({ namespace: this.namespace });
    }
}
