import { KUBE_SYSTEM } from "../../components/config/namespaces";
import type { Problem } from "../../components/config/problems";
import type { Manifest } from "./manifests";
import { addressReferences } from "./references/addresses";
import { bindingReferences } from "./references/bindings";
import { grafanaReferences } from "./references/grafana";
import { meshReferences } from "./references/mesh";
import { podReferences } from "./references/pods";
import { selectorReferences } from "./references/selectors";
import { World } from "./references/world";

/** Objects that the cluster, or a program in it, makes. */
const MADE_BY_OTHERS: readonly string[] = [
    "Service default/kubernetes",
    `Service ${KUBE_SYSTEM}/kube-dns`,
    // istiod makes its classes when it starts.
    "GatewayClass istio-waypoint",
];

/** References that lead nowhere, and are known to do no harm. A test fails for one that nothing makes any more. */
export const HARMLESS: readonly { readonly where: string; readonly reason: string }[] = [
    {
        where: "StatefulSet observability/tempo, spec.serviceName",
        reason: "the chart has no Service of that name; nobody asks for the pod by a name of its own",
    },
    {
        where: "StatefulSet argocd/argocd-application-controller, spec.serviceName",
        reason: "the chart has no Service of that name; nobody asks for the pod by a name of its own",
    },
];

/**
 * Everything that one object of a stack names and no other one is: Secrets, ConfigMaps and keys in them, accounts,
 * claims and their classes, Services, their ports and selectors, roles, gateways, data sources and dashboards.
 * @param applications namespaces of the users, whose pods come later
 */
export function danglingReferences(
    manifests: readonly Manifest[],
    applications: readonly string[],
): readonly Problem[] {
    return allReferences(manifests, applications).filter(
        ({ where }) => !HARMLESS.some((known) => known.where === where),
    );
}

/** The same, those that do no harm included. */
export function allReferences(manifests: readonly Manifest[], applications: readonly string[]): readonly Problem[] {
    const world = new World(manifests, MADE_BY_OTHERS);
    return [
        ...podReferences(world),
        ...bindingReferences(world),
        ...selectorReferences(world, applications),
        ...addressReferences(world),
        ...meshReferences(world),
        ...grafanaReferences(world),
    ];
}
