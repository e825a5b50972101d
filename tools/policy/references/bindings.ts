import type { Problem } from "../../../components/config/problems";
import { at } from "../../../policy/model/value";
import { dangling, field, itemsOf, textOf, type World } from "./world";

/** Roles that every cluster has. */
const BUILT_IN = /^(?:system:.*|cluster-admin|admin|edit|view)$/;

/** Roles and accounts that bindings name. */
export function bindingReferences(world: World): readonly Problem[] {
    return world.all("RoleBinding", "ClusterRoleBinding").flatMap((binding) => {
        const { namespace } = binding.metadata;
        const kind = textOf(field(binding, "roleRef", "kind")) ?? "";
        const role = textOf(field(binding, "roleRef", "name")) ?? "";
        const there =
            kind === "Role"
                ? world.has(kind, namespace, role)
                : BUILT_IN.test(role) || world.has(kind, undefined, role);
        const roles = there ? [] : [dangling(binding, "roleRef", `${kind} ${role}`)];
        const accounts = itemsOf(field(binding, "subjects")).flatMap((subject, index) => {
            if (at(subject, "kind") !== "ServiceAccount") return [];
            const name = textOf(at(subject, "name")) ?? "";
            const home = textOf(at(subject, "namespace")) ?? namespace;
            return world.has("ServiceAccount", home, name)
                ? []
                : [dangling(binding, `subjects[${index}]`, `ServiceAccount ${home ?? ""}/${name}`)];
        });
        return [...roles, ...accounts];
    });
}
