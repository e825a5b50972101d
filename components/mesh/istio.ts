import type * as pulumi from "@pulumi/pulumi";
import { ConfigMap } from "@pulumi/kubernetes/core/v1/configMap";
import type { Release } from "@pulumi/kubernetes/helm/v3/release";
import { sourceOf } from "../config/charts";
import { namespaceName } from "../config/namespaces";
import { isSimulated, type PlatformConfig } from "../config/schema";
import { chartSpec, type ChartName } from "../config/versions";
import { HearthComponent } from "../core/component";
import { installChart, type Values } from "../core/release";
import { releaseRollout, type Rollout } from "../core/rollout";
import type { Namespaces } from "../namespaces/namespaces";
import type { GatewayApi } from "../gateway-api/gateway-api";
import { baseValues, cniValues, istiodValues, ztunnelValues, type IstioSettings } from "./istio-values";
import { simulatedRootCertificate } from "./simulated";

export interface IstioArgs {
    readonly config: IstioSettings & Pick<PlatformConfig, "charts">;
    /** Gives the namespace `istio-system`. */
    readonly namespaces: Namespaces;
    /** Whose kinds istiod makes waypoints from. */
    readonly gatewayApi: GatewayApi;
}

/**
 * Istio in ambient mode: its kinds, istiod, the CNI agent and ztunnel.
 *
 * Nothing waits for istiod. Objects that are made before it runs are read when it does; its webhook refuses nothing
 * until then, as the chart installs it with failurePolicy Ignore and istiod itself sets Fail, once it has seen the
 * webhook refuse an object that is wrong on purpose. Meanwhile the schemas of the kinds hold. So policies may be there
 * before the first pod that they are about, which waiting would not make any safer, only later.
 */
export class Istio extends HearthComponent {
    public static readonly __pulumiType = "hearth:mesh:Istio" as const;

    public readonly namespace = namespaceName("mesh");
    /** What objects of Istio's kinds depend on. */
    public readonly kinds: Release;
    /** What the readiness gate watches: istiod, the CNI agent, ztunnel. */
    public readonly rollouts: readonly Rollout[];

    public constructor(name: string, args: IstioArgs, opts?: pulumi.ComponentResourceOptions) {
        const { config, namespaces, gatewayApi } = args;
        const simulated = isSimulated(config);
        super(Istio.__pulumiType, name, { version: chartSpec("istiod").version, simulated }, opts);
        const namespace = namespaces.of("mesh");
        const install = (
            chart: ChartName,
            release: string,
            values: Values,
            needs: readonly pulumi.Resource[],
        ): Release =>
            installChart(
                this.childName(chart),
                {
                    release,
                    namespace: this.namespace,
                    chart: chartSpec(chart),
                    source: sourceOf(config.charts, chart),
                    values,
                },
                this.child({ dependsOn: [...needs] }),
            );

        this.kinds = install("base", "istio-base", baseValues(config), [namespace]);
        // Without its kinds, and those of Gateway API, istiod starts and looks for them again and again.
        const istiod = install("istiod", "istiod", istiodValues(config), [this.kinds, gatewayApi.crds]);
        const cni = install("cni", "istio-cni", cniValues(config), [namespace]);
        const stands = simulated ? [this.rootCertificate(namespace)] : [];
        const ztunnel = install("ztunnel", "ztunnel", ztunnelValues(config), [namespace, ...stands]);
        this.rollouts = [istiod, cni, ztunnel].map(releaseRollout);
        this.registerOutputs({ namespace: this.namespace });
    }

    private rootCertificate(namespace: pulumi.Resource): ConfigMap {
        const { metadata, data } = simulatedRootCertificate(this.namespace);
        return new ConfigMap(
            this.childName("root-certificate"),
            { metadata, data },
            this.child({ dependsOn: [namespace] }),
        );
    }
}
