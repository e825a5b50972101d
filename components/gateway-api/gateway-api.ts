import type * as pulumi from "@pulumi/pulumi";
import { sourceOf } from "../config/charts";
import { KUBE_SYSTEM } from "../config/namespaces";
import type { PlatformConfig } from "../config/schema";
import { chartSpec } from "../config/versions";
import { HearthComponent } from "../core/component";
import { installChart } from "../core/release";

export interface GatewayApiArgs {
    readonly config: Pick<PlatformConfig, "charts">;
}

/**
 * Where Helm keeps the release's record. The kinds are the whole cluster's, and the edge and the mesh, which share
 * them, each can be without the other: the one namespace that is there with either is Kubernetes' own.
 */
const RECORD_NAMESPACE = KUBE_SYSTEM;

/**
 * The kinds of Gateway API, once for everybody who reads them: Traefik for routes, Istio for waypoints. Neither one's
 * own chart brings them, since two versions in one cluster refuse each other.
 */
export class GatewayApi extends HearthComponent {
    public static readonly __pulumiType = "hearth:gateway-api:GatewayApi" as const;

    /** Once it is there, so are the kinds. */
    public readonly crds: pulumi.Resource;

    public constructor(name: string, { config }: GatewayApiArgs, opts?: pulumi.ComponentResourceOptions) {
        const chart = chartSpec("gateway-api");
        super(GatewayApi.__pulumiType, name, { version: chart.appVersion }, opts);
        this.crds = installChart(
            this.childName("release"),
            {
                release: "gateway-api",
                namespace: RECORD_NAMESPACE,
                chart,
                source: sourceOf(config.charts, chart.name),
                values: {},
            },
            this.child(),
        );
        this.registerOutputs({ version: chart.appVersion });
    }
}
