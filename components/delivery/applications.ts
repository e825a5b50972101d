import type * as pulumi from "@pulumi/pulumi";
import { SKIP_AWAIT } from "../core/await";
import { HearthComponent } from "../core/component";
import { checksum } from "../core/hash";
import { Manifest } from "../core/manifest";
import type { KubernetesObject } from "../core/kubernetes-object";
import type { Application, ApplicationObject } from "./tree";

export interface ApplicationsArgs {
    readonly applications: readonly Application[];
    /** What must be there before: namespaces, policies, and what brings the kinds of routes. Default nothing. */
    readonly after?: readonly pulumi.Resource[];
}

/**
 * The applications of the rendered tree, applied by Pulumi where there is no Argo CD: as Argo CD does it, each
 * application wave by wave, the next one when what came before is well.
 */
export class Applications extends HearthComponent {
    public static readonly __pulumiType = "hearth:delivery:Applications" as const;

    /**
     * Another value after each change of them, once all of them are there. It does not make what uses it depend on them:
     * `make watch` has the engine look at this component alone, and a resource that depends on one of its objects would
     * keep that from being deleted.
     */
    public readonly applied: Promise<string>;

    public constructor(name: string, args: ApplicationsArgs, opts?: pulumi.ComponentResourceOptions) {
        const { applications, after = [] } = args;
        super(Applications.__pulumiType, name, { applications: applications.map((one) => one.name) }, opts);

        const last = applications.flatMap(({ objects }) =>
            inWaves(objects).reduce<readonly pulumi.Resource[]>(
                (before, wave) =>
                    wave.objects.map(
                        ({ object, id }) =>
                            new Manifest(
                                this.childName(resourceName(id)),
                                wave.last ? withoutAwait(object) : object,
                                this.child({ dependsOn: [...before] }),
                            ),
                    ),
                [...after],
            ),
        );
        this.applied = Promise.all(last.map(registered)).then(() => checksum(applications));
        this.registerOutputs({});
    }
}

/** Resolves when a resource has been made, or when a preview has looked at it. */
function registered(resource: pulumi.Resource): Promise<unknown> {
    return new Promise((resolve) => resource.urn.apply(resolve));
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
