import type * as pulumi from "@pulumi/pulumi";
import { NetworkPolicy } from "@pulumi/kubernetes/networking/v1/networkPolicy";
import { namespacesOf } from "../config/namespaces";
import { HearthComponent } from "../core/component";
import { customObject, type CustomObject } from "../core/custom-object";
import type { Namespaces } from "../namespaces/namespaces";
import { authorizationPolicies } from "./authorization-policies";
import { ciliumPolicies } from "./cilium-policies";
import type { FlowSettings } from "./flows";
import { networkPolicies } from "./network-policies";
import { enforcerOf } from "./surroundings";

export interface PoliciesArgs {
    readonly config: FlowSettings;
    /** Gives the namespaces that the policies live in. */
    readonly namespaces: Namespaces;
    /** What brings the kinds of the objects, for layers cilium and istio. */
    readonly after?: { readonly cilium?: pulumi.Resource; readonly istio?: pulumi.Resource };
}

/**
 * Zero trust: every policy that the flows of a stack come to, of Kubernetes' kind or of Cilium's, and in the mesh of
 * Istio's on top.
 *
 * They wait for nothing but their namespaces and kinds, so that they are there before most pods are.
 */
export class Policies extends HearthComponent {
    public static readonly __pulumiType = "hearth:flows:Policies" as const;

    public constructor(name: string, args: PoliciesArgs, opts?: pulumi.ComponentResourceOptions) {
        const { config, namespaces, after = {} } = args;
        const network = networkPolicies(config);
        const cilium = ciliumPolicies(config);
        const mesh = authorizationPolicies(config);
        const summary = {
            enforcer: enforcerOf(config),
            networkPolicies: network.length + cilium.length,
            meshPolicies: mesh.length,
        };
        super(Policies.__pulumiType, name, summary, opts);

        const ids = new Map(
            namespacesOf(config.layers, config.applicationNamespaces).map((spec) => [spec.name, spec.id]),
        );
        // What lives in kube-system, or in no namespace, needs none of ours.
        const needs = (namespace: string | undefined, kinds?: pulumi.Resource): pulumi.CustomResourceOptions => {
            const id = namespace === undefined ? undefined : ids.get(namespace);
            const dependsOn = [
                ...(id === undefined ? [] : [namespaces.of(id)]),
                ...(kinds === undefined ? [] : [kinds]),
            ];
            return this.child({ dependsOn });
        };
        const made = (object: CustomObject, prefix: string, kinds?: pulumi.Resource): void => {
            const { name: own, namespace } = object.metadata;
            const role = [prefix, namespace, own].filter((part) => part !== undefined && part !== "").join("-");
            customObject(this.childName(role), object, needs(namespace, kinds));
        };

        for (const { metadata, spec } of network) {
            new NetworkPolicy(
                this.childName(`${metadata.namespace}-${metadata.name}`),
                { metadata, spec },
                needs(metadata.namespace),
            );
        }
        for (const object of cilium) made(object, "", after.cilium);
        // The network's policies have the same names.
        for (const object of mesh) made(object, "mesh", after.istio);
        this.registerOutputs(summary);
    }
}
