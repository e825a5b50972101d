import assert from "node:assert/strict";
import { accessObjects, claimKey, rolePolicyName, SUBJECT_HEADER } from "../../../components/access/access-policies";
import type { AccessConfig } from "../../../components/config/schema";
import { waypointOf } from "../../../components/mesh/waypoint-manifests";

const ACCESS: AccessConfig = {
    issuer: { kind: "cluster", roles: { admin: ["alice", "carol"], auditor: ["bob"] } },
    audiences: ["platform", "shop"],
    publicPaths: ["/healthz", "/assets/*"],
    rolePaths: { "/admin/*": "admin", "/metrics": "admin", "/reports/*": "auditor" },
    users: ["alice", "bob", "carol"],
};
const TRUSTED = { issuer: "https://issuer", keys: { jwks: '{"keys":[]}' } };
const USER = "https://issuer/system:serviceaccount:users";

type Spec = Readonly<Record<string, unknown>>;

function specs(access: AccessConfig = ACCESS): Readonly<Record<string, Spec>> {
    return Object.fromEntries(
        accessObjects(access, waypointOf("apps")).map(({ object, spec }) => [object.metadata.name, spec(TRUSTED)]),
    );
}

describe("the objects that guard a namespace", () => {
    it("are in it, under names of their own, labelled as Hearth's", () => {
        const objects = accessObjects(ACCESS, waypointOf("apps")).map(({ object }) => object);
        assert.deepEqual(
            objects.map(({ kind, metadata }) => `${kind} ${metadata.namespace}/${metadata.name}`),
            [
                "RequestAuthentication apps/jwt",
                "AuthorizationPolicy apps/callers",
                "AuthorizationPolicy apps/role-admin",
                "AuthorizationPolicy apps/role-auditor",
                "AuthorizationPolicy apps/only-waypoint",
            ],
        );
        for (const { apiVersion, metadata } of objects) {
            assert.equal(apiVersion, "security.istio.io/v1");
            assert.equal(metadata.labels?.["app.kubernetes.io/part-of"], "hearth");
        }
    });

    it("are bound to the waypoint by reference, and by no selector", () => {
        const { "only-waypoint": atPods, ...atWaypoint } = specs();
        const target = [{ group: "gateway.networking.k8s.io", kind: "Gateway", name: "waypoint" }];
        for (const spec of Object.values(atWaypoint)) {
            assert.deepEqual(spec["targetRefs"], target);
            assert.equal("selector" in spec, false);
        }
        assert.equal("targetRefs" in (atPods ?? {}), false);
        assert.equal("selector" in (atPods ?? {}), false);
    });

    it("let the waypoint's identity in at the pods, and nobody else", () => {
        assert.deepEqual(specs()["only-waypoint"], {
            action: "ALLOW",
            rules: [{ from: [{ source: { principals: ["cluster.local/ns/apps/sa/waypoint"] } }] }],
        });
    });

    it("verify tokens in one header, for the audiences, tell the application who called, and leave it the token", () => {
        const rules = specs()["jwt"]?.["jwtRules"];
        assert.deepEqual(rules, [
            {
                issuer: "https://issuer",
                audiences: ["platform", "shop"],
                jwks: '{"keys":[]}',
                fromHeaders: [{ name: "Authorization", prefix: "Bearer " }],
                forwardOriginalToken: true,
                outputClaimToHeaders: [{ header: SUBJECT_HEADER, claim: "sub" }],
            },
        ]);
    });

    it("name where another issuer's keys are, instead of them", () => {
        const [jwt] = accessObjects(ACCESS, waypointOf("apps"));
        const spec = jwt?.spec({ issuer: "https://issuer", keys: { url: "https://issuer/keys" } });
        const [rule = {}] = spec?.["jwtRules"] as readonly Spec[];
        assert.equal(rule["jwksUri"], "https://issuer/keys");
        assert.equal("jwks" in rule, false);
    });

    it("let in the issuer's users and the public paths", () => {
        assert.deepEqual(specs()["callers"]?.["rules"], [
            { from: [{ source: { requestPrincipals: [`${USER}:*`] } }] },
            { to: [{ operation: { paths: ["/healthz", "/assets/*"] } }] },
        ]);
        assert.equal(specs()["callers"]?.["action"], "ALLOW");
    });

    it("have no rule without a condition where no path is public", () => {
        const rules = specs({ ...ACCESS, publicPaths: [] })["callers"]?.["rules"];
        assert.deepEqual(rules, [{ from: [{ source: { requestPrincipals: [`${USER}:*`] } }] }]);
    });

    it("deny a role's paths, their folder included, to all but its users", () => {
        assert.deepEqual(specs()["role-admin"]?.["rules"], [
            {
                from: [{ source: { notRequestPrincipals: [`${USER}:alice`, `${USER}:carol`] } }],
                to: [{ operation: { paths: ["/admin/*", "/admin", "/metrics"] } }],
            },
        ]);
        assert.equal(specs()["role-admin"]?.["action"], "DENY");
    });

    it("deny the paths of a role that nobody has to everybody", () => {
        const nobody: AccessConfig = { ...ACCESS, issuer: { kind: "cluster", roles: {} } };
        assert.deepEqual(specs(nobody)["role-admin"]?.["rules"], [
            { to: [{ operation: { paths: ["/admin/*", "/admin", "/metrics"] } }] },
        ]);
    });

    it("ask another issuer's tokens for the role", () => {
        const issuer = { kind: "oidc", issuer: "https://issuer", keys: { url: "x" }, rolesClaim: "roles" } as const;
        const found = specs({ ...ACCESS, issuer });
        assert.deepEqual(found["role-auditor"]?.["rules"], [
            {
                when: [{ key: "request.auth.claims[roles]", notValues: ["auditor"] }],
                to: [{ operation: { paths: ["/reports/*", "/reports"] } }],
            },
        ]);
        const [first] = found["callers"]?.["rules"] as readonly Spec[];
        assert.deepEqual(first, { from: [{ source: { requestPrincipals: ["https://issuer/*"] } }] });
    });

    it("are no policies of roles where no path needs one", () => {
        assert.deepEqual(Object.keys(specs({ ...ACCESS, rolePaths: {} })), ["jwt", "callers", "only-waypoint"]);
    });
});

describe("a role's policy", () => {
    it("is called after the role, or after a checksum of it where objects may not be called so", () => {
        assert.equal(rolePolicyName("admin"), "role-admin");
        for (const role of ["Admin", "realm:admin", "a/b", "-", "a".repeat(63)]) {
            assert.match(rolePolicyName(role), /^role-[0-9a-f]{16}$/);
        }
        assert.notEqual(rolePolicyName("Admin"), rolePolicyName("ADMIN"));
    });
});

describe("a claim", () => {
    it("is one name, a way into objects, or a URL", () => {
        assert.equal(claimKey("roles"), "request.auth.claims[roles]");
        assert.equal(claimKey("realm_access.roles"), "request.auth.claims[realm_access][roles]");
        assert.equal(claimKey("https://example.com/roles"), "request.auth.claims[https://example.com/roles]");
    });
});
