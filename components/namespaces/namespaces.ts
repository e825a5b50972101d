import type * as pulumi from "@pulumi/pulumi";
import { Namespace } from "@pulumi/kubernetes/core/v1/namespace";
import { namespacesOf, type NamespaceSpec } from "../config/namespaces";
import type { PlatformConfig } from "../config/schema";
import { HearthComponent } from "../core/component";

export interface NamespacesArgs {
    /** The layers that are on decide which namespaces exist. */
    readonly config: Pick<PlatformConfig, "layers" | "applicationNamespaces">;
    /** Labels that a namespace has besides, by its name: those that take it into the mesh. Default none. */
    readonly labels?: (namespace: string) => Readonly<Record<string, string>>;
}

/**
 * Labels of a namespace. All three Pod Security modes name the same level: `enforce` refuses a pod, `warn` tells
 * whoever applies its Deployment, which `enforce` alone lets through, and `audit` writes it into the audit log.
 */
export function namespaceLabels(
    spec: NamespaceSpec,
    extra: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
    const modes = ["enforce", "audit", "warn"].flatMap((mode) => [
        [`pod-security.kubernetes.io/${mode}`, spec.podSecurity],
        // The newest rules of the level that the API server knows.
        [`pod-security.kubernetes.io/${mode}-version`, "latest"],
    ]);
    // Pod Security comes last, so that nothing takes its place.
    return { ...extra, "app.kubernetes.io/part-of": "hearth", ...Object.fromEntries(modes) };
}

/** The namespaces of the layers that are on, each with its Pod Security level. */
export class Namespaces extends HearthComponent {
    public static readonly __pulumiType = "hearth:namespaces:Namespaces" as const;

    private readonly resources: ReadonlyMap<NamespaceSpec["id"], Namespace>;

    public constructor(name: string, args: NamespacesArgs, opts?: pulumi.ComponentResourceOptions) {
        const specs = namespacesOf(args.config.layers, args.config.applicationNamespaces);
        super(Namespaces.__pulumiType, name, { namespaces: specs.map((spec) => spec.name) }, opts);
        this.resources = new Map(
            specs.map((spec) => [
                spec.id,
                new Namespace(
                    this.childName(spec.name),
                    { metadata: { name: spec.name, labels: { ...namespaceLabels(spec, args.labels?.(spec.name)) } } },
                    this.child(),
                ),
            ]),
        );
        this.registerOutputs({ namespaces: specs.map((spec) => spec.name) });
    }

    /**
     * The namespace to depend on.
     * @throws Error when no layer that is on lives in it; that is a mistake of the caller, not of a user.
     */
    public of(id: NamespaceSpec["id"]): Namespace {
        const found = this.resources.get(id);
        if (found === undefined) throw new Error(`no layer that is on needs the namespace ${id}`);
        return found;
    }
}
