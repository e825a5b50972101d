import * as pulumi from "@pulumi/pulumi";
import type { Command } from "@pulumi/command/local";
import { StatefulSet } from "@pulumi/kubernetes/apps/v1/statefulSet";
import { ConfigMap } from "@pulumi/kubernetes/core/v1/configMap";
import { Service } from "@pulumi/kubernetes/core/v1/service";
import { ServiceAccount } from "@pulumi/kubernetes/core/v1/serviceAccount";
import type { Cluster } from "../cluster/cluster";
import { formatImage, resolveImage } from "../config/images";
import { namespaceName } from "../config/namespaces";
import type { PlatformConfig } from "../config/schema";
import { runCommand } from "../core/command";
import { HearthComponent } from "../core/component";
import { labels } from "../core/labels";
import { workloadRollout, type Rollout } from "../core/rollout";
import type { Namespaces } from "../namespaces/namespaces";
import type { Credentials } from "../secrets/credentials";
import { bootstrapInput } from "./bootstrap-input";
import { desiredBuckets } from "./buckets";
import { GARAGE_PORTS, S3_REGION, garageToml } from "./garage-config";
import { GARAGE, garageServices, garageStatefulSet } from "./garage-manifests";

export interface GarageArgs {
    readonly config: Pick<PlatformConfig, "layers" | "images" | "sizes">;
    readonly cluster: Pick<Cluster, "kubeconfig" | "simulated">;
    readonly namespaces: Namespaces;
    readonly credentials: Credentials;
}

/**
 * Garage, an S3 store on one node, with one bucket set and one key per consumer.
 *
 * Keys exist before the server: Pulumi draws them, consumers get them as Secrets at once, and the bootstrap imports
 * them. So nothing waits for Garage; a consumer that is there first tries again.
 *
 * The bootstrap runs on this machine and reaches the admin API by `kubectl port-forward`. It cannot run in the
 * cluster without another image, since Garage's has no shell; and the API server's own proxy would take away the
 * bearer token that the admin API wants. It gets its secrets on standard input, and it runs again when keys,
 * buckets or the server itself are new. Changing nothing where all is well, it may always be run again.
 *
 * In the simulated cluster no server runs, so there is nothing to bootstrap, and `bootstrap` is absent.
 */
export class Garage extends HearthComponent {
    public static readonly __pulumiType = "hearth:storage:Garage" as const;

    /** Address of the S3 API; requests are path-style, plain HTTP. */
    public readonly endpoint = `http://${GARAGE}.${namespaceName("storage")}.svc:${GARAGE_PORTS.s3}`;
    public readonly region = S3_REGION;
    /** What the readiness gate watches. The gate must not wait for `bootstrap`, which waits for this. */
    public readonly rollout: Rollout;
    /** Imports keys and makes buckets; absent in the simulated cluster. */
    public readonly bootstrap?: Command;

    public constructor(name: string, args: GarageArgs, opts?: pulumi.ComponentResourceOptions) {
        const image = resolveImage("garage", args.config.images);
        const buckets = desiredBuckets(args.config.layers, args.config.sizes["garage-data"]);
        const summary = {
            image: formatImage(image),
            buckets: buckets.map(({ alias }) => alias),
            bootstrap: args.cluster.simulated ? "simulated" : "host",
        };
        super(Garage.__pulumiType, name, summary, opts);

        const namespace = args.namespaces.of("storage");
        const secret = args.credentials.of("garage-secrets");
        const metadata = {
            name: GARAGE,
            namespace: namespaceName("storage"),
            labels: { ...labels(GARAGE, "storage") },
        };
        const config = new ConfigMap(
            this.childName("config"),
            { metadata, data: { "garage.toml": garageToml() } },
            this.child({ dependsOn: [namespace] }),
        );
        const account = new ServiceAccount(
            this.childName("account"),
            { metadata, automountServiceAccountToken: false },
            this.child({ dependsOn: [namespace] }),
        );
        for (const [role, service] of Object.entries(garageServices())) {
            new Service(this.childName(role), service, this.child({ dependsOn: [namespace] }));
        }
        const server = new StatefulSet(
            this.childName("server"),
            garageStatefulSet({ image, sizes: args.config.sizes, secret }),
            this.child({ dependsOn: [config, account, secret.resource] }),
        );
        this.rollout = workloadRollout(server);
        if (!args.cluster.simulated) this.bootstrap = this.runBootstrap(args, server);
        this.registerOutputs({ endpoint: this.endpoint, region: this.region });
    }

    private runBootstrap({ config, cluster, credentials }: GarageArgs, server: StatefulSet): Command {
        const garage = credentials.garage;
        if (garage === undefined) throw new Error("the credentials were made without the layer garage");
        const stdin = pulumi
            .all([cluster.kubeconfig, garage.adminToken, garage.keys])
            .apply(([kubeconfig, adminToken, keys]): string =>
                JSON.stringify(bootstrapInput(config, { kubeconfig, adminToken, keys })),
            );
        return runCommand(
            this.childName("bootstrap"),
            {
                create: "exec node tools/run.js garage-bootstrap",
                stdin: pulumi.secret(stdin),
                // A new server may have new, empty volumes.
                triggers: [server.metadata.uid],
            },
            this.child({ dependsOn: [server] }),
        );
    }
}
