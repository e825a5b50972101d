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
import { TEMPO_URL } from "./addresses";
import type { TempoSettings } from "./tempo-config";
import { tempoValues } from "./tempo-values";

export interface TempoArgs {
    readonly config: TempoSettings & Pick<PlatformConfig, "charts" | "images" | "sizes">;
    /** Gives the namespace `observability`. */
    readonly namespaces: Namespaces;
    /** Gives the Secret with Tempo's S3 key. */
    readonly credentials: Credentials;
    /** The store of blocks. Tempo ends where its bucket is not there, so that it is made after that. */
    readonly garage: Garage;
}

/** Traces: Tempo as one process, with its blocks in Garage. */
export class Tempo extends HearthComponent {
    public static readonly __pulumiType = "hearth:observability:Tempo" as const;

    public readonly namespace = namespaceName("observability");
    /** Address in the cluster for queries. */
    public readonly url = TEMPO_URL;

    /** What the readiness gate watches. */
    public readonly rollout: Rollout;

    public constructor(name: string, args: TempoArgs, opts?: pulumi.ComponentResourceOptions) {
        const { config, garage } = args;
        const chart = chartSpec("tempo");
        super(Tempo.__pulumiType, name, { version: chart.version, retentionHours: config.retentionHours.traces }, opts);
        const secret = args.credentials.of("tempo-s3");
        const release = installChart(
            this.childName("release"),
            {
                release: "tempo",
                namespace: this.namespace,
                chart,
                source: sourceOf(config.charts, chart.name),
                values: tempoValues(config, { store: garage, secret }),
            },
            this.child({
                dependsOn: [
                    args.namespaces.of("observability"),
                    secret.resource,
                    // On a simulated cluster nobody makes buckets, or misses one.
                    ...(garage.bootstrap === undefined ? [] : [garage.bootstrap]),
                ],
            }),
        );
        this.rollout = releaseRollout(release);
        this.registerOutputs({ namespace: this.namespace, url: this.url });
    }
}
