import assert from "node:assert/strict";
import { CHILD_KINDS, MANAGED_KINDS, REFUSED_KINDS } from "../../../components/config/application-kinds";
import { applicationRoles, type Rule } from "../../../components/gitops/application-rbac";

const WRITES = ["create", "update", "patch", "delete", "deletecollection", "bind", "escalate", "impersonate", "*"];

const [controller, server] = applicationRoles("shop");

/** Verbs that rules give for a resource, as `group/resource`. */
function verbs(rules: readonly Rule[], group: string, resource: string): readonly string[] {
    return rules
        .filter(({ apiGroups, resources }) => apiGroups.includes(group) && resources.includes(resource))
        .flatMap((rule) => rule.verbs);
}

describe("the rights of Argo CD in a namespace of the applications", () => {
    assert.ok(controller !== undefined && server !== undefined);

    it("are those of the controller and of the server, each by its ServiceAccount in argocd", () => {
        assert.deepEqual(
            applicationRoles("shop").map(({ account, namespace, subject }) => ({ account, namespace, subject })),
            ["argocd-application-controller", "argocd-server"].map((name) => ({
                account: name,
                namespace: "shop",
                subject: { kind: "ServiceAccount", name, namespace: "argocd" },
            })),
        );
    });

    it("let the controller manage exactly the kinds of which applications are made", () => {
        const written = controller.rules
            .filter((rule) => rule.verbs.some((verb) => WRITES.includes(verb)))
            .flatMap(({ apiGroups, resources }) =>
                apiGroups.flatMap((group) => resources.map((name) => [group, name])),
            );
        assert.deepEqual(
            written,
            MANAGED_KINDS.map(({ group, resource }) => [group, resource]),
        );
        for (const { group, resource } of MANAGED_KINDS) {
            assert.deepEqual(verbs(controller.rules, group, resource), [
                "get",
                "list",
                "watch",
                "create",
                "update",
                "patch",
                "delete",
            ]);
        }
    });

    it("let it see what comes of those, and what it has to refuse", () => {
        for (const { group, resource } of [...CHILD_KINDS, ...REFUSED_KINDS]) {
            assert.deepEqual(verbs(controller.rules, group, resource), ["get", "list", "watch"], resource);
        }
    });

    it("let nobody read or write Secrets", () => {
        for (const { rules } of [controller, server]) assert.deepEqual(verbs(rules, "", "secrets"), []);
    });

    it("let the server change nothing and run nothing", () => {
        const given = server.rules.flatMap((rule) => rule.verbs);
        assert.deepEqual([...new Set(given)].sort(), ["get", "list", "watch"]);
        assert.deepEqual(verbs(server.rules, "", "pods/log"), ["get"]);
        for (const way of ["pods/exec", "pods/attach", "pods/portforward"]) {
            assert.deepEqual(verbs(server.rules, "", way), [], way);
        }
    });

    it("have no wildcard", () => {
        for (const { rules } of [controller, server]) assert.ok(!JSON.stringify(rules).includes("*"));
    });
});

describe("the kinds of applications", () => {
    it("are each in one table, under one name", () => {
        const all = [...MANAGED_KINDS, ...CHILD_KINDS, ...REFUSED_KINDS];
        assert.equal(new Set(all.map(({ group, kind }) => `${group}/${kind}`)).size, all.length);
        for (const { kind, resource } of all) assert.match(resource, new RegExp(`^${kind.toLowerCase().slice(0, 4)}`));
    });

    it("have none by which an application could open itself, or make its own rights", () => {
        const opening = /Role|Policy|Gateway$|PeerAuthentication|RequestAuthentication|Secret|Namespace|^Pod$/;
        assert.deepEqual(
            MANAGED_KINDS.filter(({ kind }) => opening.test(kind)),
            [],
        );
    });
});
