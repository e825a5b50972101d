import type * as pulumi from "@pulumi/pulumi";
import { sourceOf } from "../config/charts";
import { namespaceName } from "../config/namespaces";
import type { PlatformConfig } from "../config/schema";
import { chartSpec } from "../config/versions";
import { HearthComponent } from "../core/component";
import { installChart } from "../core/release";
import { releaseRollout, type Rollout } from "../core/rollout";
import type { Namespaces } from "../namespaces/namespaces";
import type { Credentials } from "../secrets/credentials";
import type { Garage } from "../storage/garage";
import { LOKI_URL } from "./addresses";
import { lokiValues, type LokiSettings } from "./loki-values";

export interface LokiArgs {
    readonly config: LokiSettings & Pick<PlatformConfig, "charts">;
    /** Gives the namespace `observability`. */
    readonly namespaces: Namespaces;
    /** Gives the Secret with Loki's S3 key. */
    readonly credentials: Credentials;
    /** The store of chunks and rules. Its address is needed, not its being up: Loki waits for its bucket itself. */
    readonly garage: Garage;
}

/** Logs: Loki as one process, with its chunks and rules in Garage. */
export class Loki extends HearthComponent {
    public static readonly __pulumiType = "hearth:observability:Loki" as const;

    public readonly namespace = namespaceName("observability");
    /** Address in the cluster; OTLP logs go to `/otlp/v1/logs`. */
    public readonly url = LOKI_URL;

    /** What the readiness gate watches. */
    public readonly rollout: Rollout;

    public constructor(name: string, args: LokiArgs, opts?: pulumi.ComponentResourceOptions) {
        const { config, garage } = args;
        const chart = chartSpec("loki");
        super(Loki.__pulumiType, name, { version: chart.version, retentionHours: config.retentionHours.logs }, opts);
        const secret = args.credentials.of("loki-s3");
        const release = installChart(
            this.childName("release"),
            {
                release: "loki",
                namespace: this.namespace,
                chart,
                source: sourceOf(config.charts, chart.name),
                values: lokiValues(config, { store: garage, secret }),
            },
            this.child({ dependsOn: [args.namespaces.of("observability"), secret.resource] }),
        );
        this.rollout = releaseRollout(release);
        this.registerOutputs({ namespace: this.namespace, url: this.url });
    }
}
