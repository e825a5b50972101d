import * as pulumi from "@pulumi/pulumi";
import { Provider } from "@pulumi/kubernetes/provider";
import { SKIP_AWAIT } from "../core/await";
import { HearthComponent } from "../core/component";
import { Manifest, type KubernetesObject } from "../core/manifest";
import type { Application, ApplicationObject } from "./tree";

/** What the applications' provider is told of the cluster; the same whoever asks, so that it never changes. */
export interface ApplicationsCluster {
    /** Content of the administrator's kubeconfig. */
    readonly kubeconfig: pulumi.Input<string>;
    /** What tells this cluster from any other of its name; absent where the cluster is not ours. */
    readonly identity?: pulumi.Input<string>;
}

export interface ApplicationsArgs {
    readonly applications: readonly Application[];
    readonly cluster: ApplicationsCluster;
    /** What must be there before: namespaces, policies, and what brings the kinds of routes. Default nothing. */
    readonly after?: readonly pulumi.Resource[];
}

/**
 * The applications of the rendered tree, applied by Pulumi where there is no Argo CD: as Argo CD does it, each
 * application wave by wave, the next one when what came before is well.
 *
 * They have a provider of their own, so that `make watch` can have the engine look at this component alone
 * (`applications.ts` of the project): a run of the whole program takes several times as long.
 */
export class Applications extends HearthComponent {
    public static readonly __pulumiType = "hearth:delivery:Applications" as const;

    /** The objects of each application's last wave, and so the end of all of it. */
    public readonly last: readonly pulumi.Resource[];

    public constructor(name: string, args: ApplicationsArgs, opts?: pulumi.ComponentResourceOptions) {
        const { applications, cluster, after = [] } = args;
        super(Applications.__pulumiType, name, { applications: applications.map((one) => one.name) }, opts);

        const provider = new Provider(
            this.childName("provider"),
            {
                // Files end with a line's end, and what commands print does not.
                kubeconfig: pulumi.secret(cluster.kubeconfig).apply((text) => text.trim()),
                ...(cluster.identity === undefined ? {} : { clusterIdentifier: cluster.identity }),
                enableServerSideApply: true,
                enableConfigMapMutable: true,
                enableSecretMutable: true,
                deleteUnreachable: true,
            },
            this.child(),
        );
        this.last = applications.flatMap(({ objects }) =>
            inWaves(objects).reduce<readonly pulumi.Resource[]>(
                (before, wave) =>
                    wave.objects.map(
                        ({ object, id }) =>
                            new Manifest(
                                this.childName(resourceName(id)),
                                wave.last ? withoutAwait(object) : object,
                                this.child({ provider, dependsOn: [...before] }),
                            ),
                    ),
                [...after],
            ),
        );
        this.registerOutputs({});
    }
}

/** `deployment.apps.web`: neither kinds nor namespaces have a dot in them, so that no two objects share a name. */
function resourceName(id: string): string {
    const [kind = "", place = ""] = id.split(" ");
    return `${kind.toLowerCase()}.${place.replace("/", ".")}`;
}

/** The objects of one wave of an application. */
interface Wave {
    readonly objects: readonly ApplicationObject[];
    readonly last: boolean;
}

/** An application's waves, first to last. Its objects are in their order. */
export function inWaves(objects: readonly ApplicationObject[]): readonly Wave[] {
    const numbers = [...new Set(objects.map(({ wave }) => wave))];
    return numbers.map((number, index) => ({
        objects: objects.filter(({ wave }) => wave === number),
        last: index === numbers.length - 1,
    }));
}

/** Nobody waits for the last wave but the readiness gate, which names causes. */
function withoutAwait({ metadata, ...object }: KubernetesObject): KubernetesObject {
    return { ...object, metadata: { ...metadata, annotations: { ...metadata.annotations, ...SKIP_AWAIT } } };
}
