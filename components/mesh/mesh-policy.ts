import type * as pulumi from "@pulumi/pulumi";
import type { PlatformConfig } from "../config/schema";
import { HearthComponent } from "../core/component";
import { customObject } from "../core/custom-object";
import type { Namespaces } from "../namespaces/namespaces";
import type { Istio } from "./istio";
import { meshTelemetry, peerAuthentications } from "./mesh-policies";

export interface MeshPolicyArgs {
    readonly config: Pick<PlatformConfig, "layers">;
    /** Gives the namespaces `istio-system` and, with layer traefik, `edge`. */
    readonly namespaces: Namespaces;
    readonly istio: Istio;
}

/** What holds in all of the mesh: mutual TLS for everybody, the edge's ports for the outside, spans to the collector. */
export class MeshPolicy extends HearthComponent {
    public static readonly __pulumiType = "hearth:mesh:MeshPolicy" as const;

    public constructor(name: string, args: MeshPolicyArgs, opts?: pulumi.ComponentResourceOptions) {
        const { config, namespaces, istio } = args;
        const objects = [...peerAuthentications(config), ...meshTelemetry(config)];
        const summary = {
            objects: objects.map(({ kind, metadata }) => `${kind} ${metadata.namespace}/${metadata.name}`),
        };
        super(MeshPolicy.__pulumiType, name, summary, opts);
        for (const object of objects) {
            const { kind, metadata } = object;
            const home = namespaces.of(metadata.namespace === istio.namespace ? "mesh" : "edge");
            customObject(
                this.childName(`${kind}-${metadata.name}`.toLowerCase()),
                object,
                this.child({ dependsOn: [istio.kinds, home] }),
            );
        }
        this.registerOutputs({});
    }
}
