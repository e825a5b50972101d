import type { Problem } from "../../../components/config/problems";
import { at } from "../../../policy/model/value";
import { dangling, field, itemsOf, textOf, type World } from "./world";

const WAYPOINT_LABEL = "istio.io/use-waypoint";

/** Gateways, their classes and waypoints that policies, routes and namespaces name. */
export function meshReferences(world: World): readonly Problem[] {
    return [...targets(world), ...classes(world), ...waypoints(world)];
}

function targets(world: World): readonly Problem[] {
    return world.manifests.flatMap((manifest) =>
        ["targetRefs", "parentRefs"].flatMap((list) =>
            itemsOf(field(manifest, "spec", list)).flatMap((target, index) => {
                const kind = textOf(at(target, "kind")) ?? "Gateway";
                const name = textOf(at(target, "name")) ?? "";
                const namespace = textOf(at(target, "namespace")) ?? manifest.metadata.namespace;
                return world.has(kind, namespace, name)
                    ? []
                    : [dangling(manifest, `spec.${list}[${index}]`, `${kind} ${namespace ?? ""}/${name}`)];
            }),
        ),
    );
}

function classes(world: World): readonly Problem[] {
    return world.all("Gateway").flatMap((gateway) => {
        const name = textOf(field(gateway, "spec", "gatewayClassName")) ?? "";
        return world.has("GatewayClass", undefined, name)
            ? []
            : [dangling(gateway, "spec.gatewayClassName", `GatewayClass ${name}`)];
    });
}

function waypoints(world: World): readonly Problem[] {
    return world.all("Namespace").flatMap((namespace) => {
        const name = textOf(field(namespace, "metadata", "labels", WAYPOINT_LABEL));
        return name === undefined || name === "none" || world.has("Gateway", namespace.metadata.name, name)
            ? []
            : [dangling(namespace, WAYPOINT_LABEL, `Gateway ${namespace.metadata.name}/${name}`)];
    });
}
