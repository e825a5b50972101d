import assert from "node:assert/strict";
import type { TrustedIssuer } from "../../../components/access/issuer";
import type { Issuer } from "../../../components/config/schema";
import { authorizationPolicies } from "../../../components/flows/authorization-policies";
import {
    accessSettings,
    APPLICATIONS,
    CLUSTER_STYLE,
    guards,
    meshOfRow,
    meshWith,
    requestOf,
    SIGNER,
    tokenOf,
    trustedCluster,
    type TokenStyle,
} from "../../helpers/access-mesh";
import { ACCESS_TABLE, rowTitle } from "../../helpers/access-table";
import { TokenSigner } from "../../helpers/fake-issuer";
import { answer, arrives, type Mesh } from "../../helpers/mesh-semantics";
import { presetConfig } from "../../helpers/platform";

const OBJECTS = guards(accessSettings(), trustedCluster());
const MESH = meshWith(OBJECTS);

/** Rows that a mesh answers otherwise than the table says. */
function wrong(mesh: Mesh, style: TokenStyle = CLUSTER_STYLE): readonly string[] {
    return ACCESS_TABLE.filter((row) => answer(meshOfRow(mesh, row), requestOf(row, style)) !== row.expected).map(
        rowTitle,
    );
}

const KEYS = JSON.stringify({ keys: [SIGNER.jwk] });
const KEYS_URL = "https://accounts.example.com/keys";
const OTHER = "https://accounts.example.com/";

/** Issuers of others: with keys in the settings, or at a URL; roles in a list, or in an object of the claims. */
const OTHERS: readonly {
    readonly title: string;
    readonly issuer: Extract<Issuer, { readonly kind: "oidc" }>;
    readonly trusted: TrustedIssuer;
    readonly claims: (roles: unknown) => object;
}[] = [
    {
        title: "another issuer with its keys in the settings and roles in a list",
        issuer: { kind: "oidc", issuer: OTHER, keys: { jwks: KEYS }, rolesClaim: "roles" },
        trusted: { issuer: OTHER, keys: { jwks: KEYS } },
        claims: (roles) => ({ roles }),
    },
    {
        title: "another issuer with its keys at a URL and roles inside of an object",
        issuer: { kind: "oidc", issuer: OTHER, keys: { url: KEYS_URL }, rolesClaim: "realm_access.roles" },
        trusted: { issuer: OTHER, keys: { url: KEYS_URL } },
        claims: (roles) => ({ realm_access: { roles } }),
    },
    {
        title: "another issuer with roles in a claim that is called by a URL",
        issuer: { kind: "oidc", issuer: OTHER, keys: { jwks: KEYS }, rolesClaim: "https://example.com/roles" },
        trusted: { issuer: OTHER, keys: { jwks: KEYS } },
        claims: (roles) => ({ "https://example.com/roles": roles }),
    },
];

describe("access to the applications, as the mesh's semantics have it", () => {
    for (const row of ACCESS_TABLE) {
        it(rowTitle(row), () => {
            assert.equal(answer(meshOfRow(MESH, row), requestOf(row, CLUSTER_STYLE)), row.expected);
        });
    }

    for (const { title, issuer, trusted, claims } of OTHERS) {
        it(`is the same table with ${title}, where whoever has a token is somebody`, () => {
            const mesh = meshWith(guards(accessSettings(issuer), trusted), { remoteKeys: { [KEYS_URL]: KEYS } });
            const style: TokenStyle = {
                issuer: OTHER,
                claims: (user) => ({
                    sub: `auth|${user}`,
                    ...claims(user === "alice" ? ["staff", "admin"] : ["staff"]),
                }),
            };
            // All of its users are ours to let in.
            const others = ACCESS_TABLE.filter(({ token }) => token === "nobody").filter(
                ({ path }) => !path.includes("dmin"),
            );
            assert.deepEqual(wrong(mesh, style), others.filter(({ expected }) => expected === 403).map(rowTitle));
        });
    }

    it("takes a role that is one text, and none that only contains it", () => {
        const [first] = OTHERS;
        assert.ok(first !== undefined);
        const mesh = meshWith(guards(accessSettings(first.issuer), first.trusted));
        const status = (roles: unknown): unknown => {
            const style: TokenStyle = { issuer: OTHER, claims: () => ({ sub: "x", ...first.claims(roles) }) };
            const row = { from: "edge", by: "service", waypoint: "running", path: "/admin/x", token: "bob" } as const;
            return answer(mesh, requestOf({ ...row, expected: 200 }, style));
        };
        assert.deepEqual(
            ["admin", ["admin"], "administrator", "staff admin", [], undefined, { admin: true }].map(status),
            [200, 200, 403, 403, 403, 403, 403],
        );
    });
});

describe("the objects that guard the applications", () => {
    const PROTECTING = OBJECTS.filter(({ metadata }) => metadata.namespace === "apps");

    it("are of each kind and name that the table needs", () => {
        assert.deepEqual(PROTECTING.map(({ kind, metadata }) => `${kind}/${metadata.name}`).sort(), [
            "AuthorizationPolicy/callers",
            "AuthorizationPolicy/only-waypoint",
            "AuthorizationPolicy/role-admin",
            "Gateway/waypoint",
            "RequestAuthentication/jwt",
        ]);
    });

    for (const { kind, metadata } of PROTECTING) {
        it(`are all needed: without ${kind} ${metadata.name} the table is not kept`, () => {
            const rest = OBJECTS.filter((object) => object.metadata !== metadata);
            assert.equal(rest.length, OBJECTS.length - 1);
            assert.notDeepEqual(wrong({ ...MESH, objects: rest }), []);
        });
    }

    for (const [namespace, label] of [
        ["apps", "istio.io/dataplane-mode"],
        ["apps", "istio.io/use-waypoint"],
        ["edge", "istio.io/dataplane-mode"],
    ] as const) {
        it(`are of no use without the label ${label} on ${namespace}`, () => {
            const { [label]: gone, ...labels } = MESH.namespaces[namespace] ?? {};
            assert.ok(gone !== undefined);
            assert.notDeepEqual(wrong({ ...MESH, namespaces: { ...MESH.namespaces, [namespace]: labels } }), []);
        });
    }

    it("need paths to be normalized: by Istio's default two slashes are a way around a role", () => {
        const found = wrong({ ...MESH, pathNormalization: "BASE" });
        assert.ok(found.some((title) => title.startsWith("token bob to //admin/users")));
        assert.ok(found.some((title) => title.startsWith("token bob to /x%2f..%2fadmin%2fusers")));
    });

    it("are kept by the policies of all other flows, which ALLOW rules could have widened", () => {
        const config = presetConfig("full", { settings: { applicationNamespaces: [...APPLICATIONS] } });
        const others = authorizationPolicies(config);
        assert.ok(others.length > 0);
        assert.deepEqual(wrong({ ...MESH, objects: [...OBJECTS, ...others] }), []);
    });

    it("open nothing when an object of the mesh is gone, and close the edge", () => {
        const withoutEdge = OBJECTS.filter(
            ({ kind, metadata }) => kind !== "PeerAuthentication" || metadata.name !== "traefik",
        );
        assert.equal(withoutEdge.length, OBJECTS.length - 1);
        const web = { namespace: "edge", labels: { "app.kubernetes.io/name": "traefik" }, port: 8000 };
        assert.equal(arrives(MESH, web, undefined), true);
        assert.equal(arrives({ ...MESH, objects: withoutEdge }, web, undefined), false);
    });

    it("trust new keys beside old ones for as long as the API server tells both", () => {
        const next = new TokenSigner("the-next-key");
        const both = meshWith(guards(accessSettings(), trustedCluster([SIGNER, next])));
        const one = meshWith(guards(accessSettings(), trustedCluster([next])));
        const row = {
            from: "edge",
            by: "service",
            waypoint: "running",
            path: "/",
            token: "bob",
            expected: 200,
        } as const;
        const request = requestOf(row, CLUSTER_STYLE);
        const [, payload = ""] = tokenOf("bob", CLUSTER_STYLE).token?.split(".") ?? [];
        const renewed = { ...request, token: next.token(JSON.parse(Buffer.from(payload, "base64url").toString())) };
        assert.deepEqual([answer(both, request), answer(both, renewed)], [200, 200]);
        assert.deepEqual([answer(one, request), answer(one, renewed)], [401, 200]);
    });
});

describe("mutual TLS in the mesh", () => {
    const traefik = { "app.kubernetes.io/name": "traefik" };
    const at = (port: number, labels: Readonly<Record<string, string>> = traefik): boolean =>
        arrives(MESH, { namespace: "edge", labels, port }, undefined);

    it("has two ports of Traefik's as its exceptions, and no other port or pod of the edge", () => {
        assert.deepEqual(
            [8000, 9100, 8080, 8443].map((port) => at(port)),
            [true, true, false, false],
        );
        assert.equal(at(8000, {}), false);
    });

    it("holds for every pod that no rule of its own concerns, by the mesh's rule alone", () => {
        const without = OBJECTS.filter(({ metadata }) => metadata.namespace !== "istio-system");
        const pod = { namespace: "edge", labels: {}, port: 1234 };
        assert.equal(arrives(MESH, pod, undefined), false);
        assert.equal(arrives({ ...MESH, objects: without }, pod, undefined), true);
        assert.equal(arrives(MESH, pod, "cluster.local/ns/edge/sa/traefik"), true);
    });
});
