import assert from "node:assert/strict";
import fc from "fast-check";
import { traefikAccess } from "../../../components/edge/traefik-rbac";
import { at } from "../../helpers/observability";

interface Rule {
    readonly apiGroups: readonly string[];
    readonly resources: readonly string[];
    readonly verbs: readonly string[];
}

const ACCESS = traefikAccess({ applicationNamespaces: ["apps", "shop"] });

function rules(role: unknown): readonly Rule[] {
    return Object.values(at(role, "rules") ?? {}) as readonly Rule[];
}

/** `list core/secrets` for everything that a role allows. */
function allowed(role: unknown): readonly string[] {
    return rules(role).flatMap(({ apiGroups, resources, verbs }) =>
        apiGroups.flatMap((group) =>
            resources.flatMap((resource) =>
                verbs.map((verb) => `${verb} ${group === "" ? "core" : group}/${resource}`),
            ),
        ),
    );
}

const roleIn = (namespace: string): unknown => ACCESS.namespaces.find((part) => part.namespace === namespace)?.role;

describe("traefikAccess", () => {
    it("sees of the whole cluster only what routes and gateways are sorted by", () => {
        assert.deepEqual([...allowed(ACCESS.cluster.role)].sort(), [
            "list core/namespaces",
            "list gateway.networking.k8s.io/gatewayclasses",
            "update gateway.networking.k8s.io/gatewayclasses/status",
            "watch core/namespaces",
            "watch gateway.networking.k8s.io/gatewayclasses",
        ]);
    });

    it("reads Secrets of the edge and of applications, and of no other namespace", () => {
        assert.ok(!allowed(ACCESS.cluster.role).some((right) => right.includes("secrets")));
        assert.deepEqual(
            ACCESS.namespaces.map(({ id, namespace }) => [id, namespace]),
            [
                ["edge", "edge"],
                ["application-apps", "apps"],
                ["application-shop", "shop"],
            ],
        );
        for (const { role, namespace } of ACCESS.namespaces) {
            assert.ok(allowed(role).includes("list core/secrets"), namespace);
            assert.equal(at(role, "metadata/namespace"), namespace);
        }
    });

    it("may list and watch all that its two providers wait for", () => {
        // What Traefik 3.6.15 begins to watch in each namespace: pkg/provider/kubernetes/{crd,gateway}/client.go.
        const watched = [
            "core/services",
            "core/configmaps",
            "core/secrets",
            "discovery.k8s.io/endpointslices",
            ...[
                "ingressroutes",
                "middlewares",
                "middlewaretcps",
                "ingressroutetcps",
                "ingressrouteudps",
                "tlsoptions",
                "serverstransports",
                "serverstransporttcps",
                "tlsstores",
                "traefikservices",
            ].map((kind) => `traefik.io/${kind}`),
            ...["gateways", "httproutes", "grpcroutes", "referencegrants", "backendtlspolicies"].map(
                (kind) => `gateway.networking.k8s.io/${kind}`,
            ),
        ];
        for (const { role, namespace } of ACCESS.namespaces) {
            for (const what of watched) {
                for (const verb of ["list", "watch"]) {
                    assert.ok(allowed(role).includes(`${verb} ${what}`), `${verb} ${what} in ${namespace}`);
                }
            }
        }
    });

    it("changes nothing but the status of gateways, their routes and their policies", () => {
        const roles = [ACCESS.cluster.role, ...ACCESS.namespaces.map(({ role }) => role)];
        const changes = roles.flatMap(allowed).filter((right) => !/^(get|list|watch) /.test(right));
        assert.ok(changes.length > 0);
        for (const change of changes) assert.match(change, /^update gateway\.networking\.k8s\.io\/[a-z]+\/status$/);
        assert.ok(roles.flatMap(rules).every((rule) => !JSON.stringify(rule).includes("*")));
    });

    it("looks its own pod up, and no pod of an application", () => {
        assert.ok(allowed(roleIn("edge")).includes("get core/pods"));
        assert.ok(!allowed(roleIn("apps")).some((right) => right.includes("pods")));
    });

    it("binds every role to Traefik's account alone, under a name that is not the chart's", () => {
        const subjects = [{ kind: "ServiceAccount", name: "traefik", namespace: "edge" }];
        for (const [kind, { role, binding }] of [
            ["ClusterRole", ACCESS.cluster] as const,
            ...ACCESS.namespaces.map((part) => ["Role", part] as const),
        ]) {
            assert.deepEqual(at(binding, "subjects"), subjects);
            assert.deepEqual(at(binding, "roleRef"), {
                apiGroup: "rbac.authorization.k8s.io",
                kind,
                name: at(role, "metadata/name"),
            });
            assert.equal(at(binding, "metadata/namespace"), at(role, "metadata/namespace"));
            assert.equal(at(role, "metadata/name"), "hearth-traefik");
        }
    });

    it("has one role per namespace, whichever applications there are", () => {
        fc.assert(
            fc.property(fc.uniqueArray(fc.stringMatching(/^[a-z]{1,8}$/)), (applicationNamespaces) => {
                const { namespaces } = traefikAccess({ applicationNamespaces });
                assert.deepEqual(
                    namespaces.map(({ namespace }) => namespace),
                    ["edge", ...applicationNamespaces],
                );
            }),
        );
    });
});
