import { accessObjects } from "../../components/access/access-policies";
import type { TrustedIssuer } from "../../components/access/issuer";
import type { AccessConfig, Issuer } from "../../components/config/schema";
import type { CustomObject } from "../../components/core/custom-object";
import { meshLabels } from "../../components/mesh/enrolment";
import { istiodValues } from "../../components/mesh/istio-values";
import { peerAuthentications } from "../../components/mesh/mesh-policies";
import { waypointGateway, waypointOf } from "../../components/mesh/waypoint-manifests";
import type { AccessRow, Caller, TokenName } from "./access-table";
import { ACCESS_SETTINGS } from "./access-table";
import { TokenSigner, type Claims } from "./fake-issuer";
import type { PathNormalization } from "./mesh-paths";
import type { Mesh, MeshRequest, Source } from "./mesh-semantics";
import { EXISTING, PINNED } from "./observability";

export const APPLICATIONS = ["apps", "shop"] as const;
export const NOW = 1_800_000_000;
export const CLUSTER_ISSUER = "https://kubernetes.default.svc.cluster.local";
export const SIGNER = new TokenSigner("the-right-key");
const FORGER = new TokenSigner("the-right-key");

const CONFIG = { layers: ["prometheus", "traefik", "istio"], applicationNamespaces: APPLICATIONS } as const;

const NAMESPACES = ["edge", "istio-system", "observability", "default", "users", ...APPLICATIONS];

/** Settings of the table, with the cluster as the issuer unless told otherwise. */
export function accessSettings(issuer: Issuer = { kind: "cluster", roles: ACCESS_SETTINGS.roles }): AccessConfig {
    return { ...ACCESS_SETTINGS, issuer };
}

/** Every object that guards the applications, as the program makes them. */
export function guards(access: AccessConfig, trusted: TrustedIssuer): readonly CustomObject[] {
    return [
        ...peerAuthentications(CONFIG),
        ...APPLICATIONS.flatMap((namespace): readonly CustomObject[] => [
            waypointGateway(namespace),
            ...accessObjects(access, waypointOf(namespace)).map(({ object, spec }) => ({
                ...object,
                spec: spec(trusted),
            })),
        ]),
    ];
}

/** The mesh with these objects, its namespaces as the program labels them, istiod with the program's values. */
export function meshWith(objects: readonly CustomObject[], changes: Partial<Mesh> = {}): Mesh {
    const { meshConfig } = istiodValues({ cluster: EXISTING, images: PINNED, layers: [...CONFIG.layers] }) as {
        readonly meshConfig: { readonly pathNormalization: { readonly normalization: PathNormalization } };
    };
    return {
        objects,
        namespaces: Object.fromEntries(NAMESPACES.map((namespace) => [namespace, meshLabels(namespace, CONFIG)])),
        pathNormalization: meshConfig.pathNormalization.normalization,
        now: NOW,
        ...changes,
    };
}

export function trustedCluster(signers: readonly TokenSigner[] = [SIGNER]): TrustedIssuer {
    return { issuer: CLUSTER_ISSUER, keys: { jwks: JSON.stringify({ keys: signers.map(({ jwk }) => jwk) }) } };
}

/** How the tokens of one issuer look: what its users are called, and what else is in their tokens. */
export interface TokenStyle {
    readonly issuer: string;
    readonly claims: (user: "alice" | "bob" | "nobody") => Claims;
}

/** Tokens as an API server makes them for ServiceAccounts. */
export const CLUSTER_STYLE: TokenStyle = {
    issuer: CLUSTER_ISSUER,
    claims: (user) => ({
        sub: `system:serviceaccount:${user === "nobody" ? "default" : "users"}:${user}`,
        "kubernetes.io": { namespace: "users", serviceaccount: { name: user } },
    }),
};

type Carried = Pick<MeshRequest, "token" | "queryToken">;

/** Signing is what takes time in these tests. */
const SIGNED = new WeakMap<TokenStyle, Map<TokenName, Carried>>();

/** A request's token by its name in the table. */
export function tokenOf(name: TokenName, style: TokenStyle): Carried {
    const known = SIGNED.get(style) ?? new Map<TokenName, Carried>();
    SIGNED.set(style, known);
    const carried = known.get(name) ?? signed(name, style, { signer: SIGNER, forger: FORGER, now: NOW, margin: 61 });
    known.set(name, carried);
    return carried;
}

/** Who signs, and when. */
export interface Signing {
    readonly signer: TokenSigner;
    /** Has another key under the same id. */
    readonly forger: TokenSigner;
    /** Seconds since 1970. */
    readonly now: number;
    /** Seconds by which the times of tokens that come too early or too late are off: a waypoint forgives 60. */
    readonly margin: number;
}

/** Signs a request's token by its name in the table. */
export function signed(
    name: TokenName,
    { issuer, claims }: TokenStyle,
    { signer, forger, now, margin }: Signing,
): Carried {
    const base = { iss: issuer, aud: ["platform"], iat: now - 10, nbf: now - 10, exp: now + 590 };
    const alice = { ...base, ...claims("alice") };
    switch (name) {
        case "none":
            return {};
        case "alice":
        case "bob":
        case "nobody":
            return { token: signer.token({ ...base, ...claims(name) }) };
        case "expired":
            return { token: signer.token({ ...alice, exp: now - margin }) };
        case "not yet valid":
            return { token: signer.token({ ...alice, nbf: now + margin }) };
        case "forged":
            return { token: forger.token(alice) };
        case "unsigned":
            return { token: signer.token(alice).replace(/[^.]*$/, "") };
        case "garbage":
            return { token: "not.a.token" };
        case "of another issuer":
            return { token: signer.token({ ...alice, iss: "https://accounts.example.org" }) };
        case "for another audience":
            return { token: signer.token({ ...alice, aud: ["https://kubernetes.default.svc"] }) };
        case "in the query":
            return { queryToken: signer.token(alice) };
    }
}

const CALLERS: Readonly<Record<Caller, Source>> = {
    edge: { namespace: "edge", account: "traefik" },
    neighbour: { namespace: "apps", account: "neighbour" },
    "other application": { namespace: "shop", account: "waypoint" },
    "outside the mesh": { namespace: "observability", account: "prometheus" },
};

/** A row of the table as a request. */
export function requestOf({ token, from, by, path }: AccessRow, style: TokenStyle): MeshRequest {
    return { from: CALLERS[from], to: { namespace: "apps", port: 8080 }, by, path, ...tokenOf(token, style) };
}

/** The mesh in the state that a row wants. */
export function meshOfRow(mesh: Mesh, { waypoint }: AccessRow): Mesh {
    if (waypoint === "running") return mesh;
    if (waypoint === "scaled to zero") return { ...mesh, withoutWaypointPods: ["apps"] };
    return { ...mesh, objects: mesh.objects.filter(({ kind }) => kind !== "Gateway") };
}
