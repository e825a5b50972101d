import * as pulumi from "@pulumi/pulumi";
import type { Command } from "@pulumi/command/local";
import type { Cluster } from "../cluster/cluster";
import type { PlatformConfig } from "../config/schema";
import { runCommand } from "../core/command";
import { HearthComponent } from "../core/component";
import { gateInput, watchedNamespaces, type ExpectedDeployment } from "./gate-input";

export interface ReadinessArgs {
    readonly config: Pick<PlatformConfig, "layers" | "applicationNamespaces">;
    readonly cluster: Pick<Cluster, "kubeconfig" | "simulated">;
    /** Everything that makes workloads. The gate looks at what is there once these are. */
    readonly after: readonly pulumi.Resource[];
    /** Deployments that others than the program make, and that the gate waits for all the same. Default none. */
    readonly expected?: readonly ExpectedDeployment[];
    /**
     * Revisions of releases, generations of workloads: any change runs the gate again. A new cluster needs no entry,
     * since it has another kubeconfig.
     */
    readonly generations: readonly pulumi.Input<string | number>[];
}

/**
 * The one place that waits for pods: releases and workloads are made without waiting, so that all pods start at
 * once, and then this watches all of them. It says what it waits for, and it fails with the cause of a stall as soon
 * as that is known; how long it waits is a matter of progress, not of time (tools/readiness).
 *
 * It is not run again when nothing changed: a pod that broke later is no part of bringing the platform up.
 */
export class Readiness extends HearthComponent {
    public static readonly __pulumiType = "hearth:readiness:Readiness" as const;

    /** Its output is one line, the same in each run: `14 workloads are ready`. */
    public readonly gate: Command;

    public constructor(name: string, args: ReadinessArgs, opts?: pulumi.ComponentResourceOptions) {
        const { config, cluster } = args;
        const namespaces = watchedNamespaces(config);
        super(Readiness.__pulumiType, name, { namespaces, simulated: cluster.simulated }, opts);

        const { expected = [] } = args;
        const stdin = cluster.kubeconfig.apply((kubeconfig): string =>
            JSON.stringify(gateInput(config, { kubeconfig, simulated: cluster.simulated, expected })),
        );
        this.gate = runCommand(
            this.childName("gate"),
            {
                create: "exec node tools/run.js readiness-gate",
                stdin: pulumi.secret(stdin),
                triggers: args.generations.map((generation) => pulumi.output(generation).apply(String)),
            },
            this.child({ dependsOn: [...args.after] }),
        );
        this.registerOutputs({});
    }
}
