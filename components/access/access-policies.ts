import { namespaceName } from "../config/namespaces";
import type { AccessConfig, Issuer } from "../config/schema";
import type { CustomObject } from "../core/custom-object";
import { checksum } from "../core/hash";
import { labels } from "../core/labels";
import type { WaypointIdentity } from "../mesh/waypoint-manifests";
import type { TrustedIssuer } from "./issuer";

/** Header in which the application reads who called; the waypoint removes one that a caller sends. */
export const SUBJECT_HEADER = "x-jwt-sub";

type Spec = CustomObject["spec"];

/** An object whose spec may need to know the issuer, which for the cluster's own is read from it. */
export interface AccessObject {
    readonly object: Omit<CustomObject, "spec">;
    readonly spec: (issuer: TrustedIssuer) => Spec;
}

/**
 * Everything that guards the applications of a namespace:
 *
 * - `jwt`: the waypoint verifies every token that comes (a wrong one is refused even where none is needed);
 * - `callers`: what has a token of the issuer, or goes to a public path, is let in, and nothing else;
 * - `role-<role>`: what goes to the role's paths without having the role is refused, whatever was let in before;
 *   ALLOW rules are OR-ed, so that only a DENY can narrow them;
 * - `only-waypoint`: at the pods, ztunnel lets in the waypoint and nobody else. So the pods' own addresses, and a
 *   waypoint that is not there, lead nowhere.
 */
export function accessObjects(
    access: Pick<AccessConfig, "issuer" | "audiences" | "publicPaths" | "rolePaths">,
    waypoint: WaypointIdentity,
): readonly AccessObject[] {
    return [
        {
            object: object("RequestAuthentication", "jwt", waypoint),
            spec: (issuer) => ({ targetRefs: target(waypoint), jwtRules: [jwtRule(issuer, access.audiences)] }),
        },
        {
            object: object("AuthorizationPolicy", "callers", waypoint),
            spec: (issuer) => ({
                targetRefs: target(waypoint),
                action: "ALLOW",
                rules: callerRules(access, issuer),
            }),
        },
        ...rolesWithPaths(access.rolePaths).map(([role, paths]): AccessObject => ({
            object: object("AuthorizationPolicy", rolePolicyName(role), waypoint),
            spec: (issuer) => ({
                targetRefs: target(waypoint),
                action: "DENY",
                rules: [{ ...lacksRole(role, access.issuer, issuer), to: toPaths(paths.flatMap(withFolder)) }],
            }),
        })),
        {
            object: object("AuthorizationPolicy", "only-waypoint", waypoint),
            // Of the whole namespace: a selector would be escaped by leaving out a label. The waypoint's own pods
            // are not concerned, since ztunnel does not carry their traffic (istio.io/dataplane-mode: none).
            spec: () => ({ action: "ALLOW", rules: [{ from: [{ source: { principals: [waypoint.principal] } }] }] }),
        },
    ];
}

function object(kind: string, name: string, { namespace }: WaypointIdentity): Omit<CustomObject, "spec"> {
    return { apiVersion: "security.istio.io/v1", kind, metadata: { name, namespace, labels: labels(name, "access") } };
}

/** What a waypoint enforces it finds by reference only: selectors are for ztunnel. */
function target({ name }: WaypointIdentity): readonly Spec[] {
    return [{ group: "gateway.networking.k8s.io", kind: "Gateway", name }];
}

function jwtRule({ issuer, keys }: TrustedIssuer, audiences: readonly string[]): Spec {
    return {
        issuer,
        audiences,
        ...("jwks" in keys ? { jwks: keys.jwks } : { jwksUri: keys.url }),
        // Without this, `?access_token=` is taken too, which ends in logs and histories.
        fromHeaders: [{ name: "Authorization", prefix: "Bearer " }],
        // An application calls another one in its caller's name; without this the waypoint would take the token away.
        forwardOriginalToken: true,
        outputClaimToHeaders: [{ header: SUBJECT_HEADER, claim: "sub" }],
    };
}

/** An empty list of paths would be a rule without a condition, so it makes no rule. */
function callerRules(
    { issuer, publicPaths }: Pick<AccessConfig, "issuer" | "publicPaths">,
    trusted: TrustedIssuer,
): readonly Spec[] {
    const subjects = issuer.kind === "cluster" ? subject("*") : "*";
    return [
        { from: [{ source: { requestPrincipals: [`${trusted.issuer}/${subjects}`] } }] },
        ...(publicPaths.length === 0 ? [] : [{ to: toPaths(publicPaths) }]),
    ];
}

/**
 * Holds of every request whose identity has not the role, one without a token included. The cluster's tokens have no
 * roles, so its users are listed; a role that nobody has leaves no condition, which is right.
 */
function lacksRole(role: string, issuer: Issuer, trusted: TrustedIssuer): Spec {
    if (issuer.kind === "oidc") return { when: [{ key: claimKey(issuer.rolesClaim), notValues: [role] }] };
    const users = Object.hasOwn(issuer.roles, role) ? (issuer.roles[role] ?? []) : [];
    if (users.length === 0) return {};
    return { from: [{ source: { notRequestPrincipals: users.map((user) => `${trusted.issuer}/${subject(user)}`) } }] };
}

/** `sub` of a user's token. */
function subject(user: string): string {
    return `system:serviceaccount:${namespaceName("users")}:${user}`;
}

/**
 * A claim as Istio's conditions name it. Dots lead into objects (`realm_access.roles`), but a claim that is called by a
 * URL (`https://example.com/roles`) is one name.
 */
export function claimKey(claim: string): string {
    const names = claim.includes("://") ? [claim] : claim.split(".");
    return `request.auth.claims${names.map((name) => `[${name}]`).join("")}`;
}

function toPaths(paths: readonly string[]): readonly Spec[] {
    return [{ operation: { paths: [...paths] } }];
}

/** Roles of other issuers may be called anything, and objects may not. */
export function rolePolicyName(role: string): string {
    return /^[a-z0-9]([a-z0-9-]{0,40}[a-z0-9])?$/.test(role) ? `role-${role}` : `role-${checksum(role)}`;
}

/** `/admin/*` is meant to guard `/admin` as well, which does not begin with `/admin/`. */
function withFolder(path: string): readonly string[] {
    return path.endsWith("/*") && path.length > "/*".length ? [path, path.slice(0, -"/*".length)] : [path];
}

/** Roles in the order in which they come first, each with its paths. */
function rolesWithPaths(
    rolePaths: AccessConfig["rolePaths"],
): readonly (readonly [role: string, paths: readonly string[]])[] {
    const byRole = new Map<string, readonly string[]>();
    for (const [path, role] of Object.entries(rolePaths)) byRole.set(role, [...(byRole.get(role) ?? []), path]);
    return [...byRole];
}
