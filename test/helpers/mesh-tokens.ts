import { createPublicKey, verify, type JsonWebKey } from "node:crypto";

/** One of the jwtRules of a RequestAuthentication. */
export interface JwtRule {
    readonly issuer: string;
    readonly audiences?: readonly string[];
    readonly jwks?: string;
    readonly jwksUri?: string;
    readonly fromHeaders?: readonly { readonly name: string; readonly prefix?: string }[];
}

/** How a request carries a token. */
export interface Carried {
    /** In the header `Authorization: Bearer`. */
    readonly token?: string;
    /** As `?access_token=`. */
    readonly queryToken?: string;
}

export type Claims = Readonly<Record<string, unknown>>;

/** What the waypoint makes of a request's token: its claims, nothing where there is none, or the status of a refusal. */
export type Identified =
    { readonly claims: Claims } | { readonly claims?: undefined; readonly refused?: undefined } | Refused;

interface Refused {
    readonly claims?: undefined;
    readonly refused: 401 | 403;
}

/** Seconds by which clocks may differ; Envoy's default, which Istio leaves alone. */
const SKEW = 60;

/**
 * Verifies a request's token as Envoy does by the rules that hold at a waypoint. A token that is wrong is refused even
 * where none is needed; the audience's being wrong has a status of its own.
 *
 * @param now seconds since 1970
 * @param remote key sets by their URLs
 */
export function identify(
    rules: readonly JwtRule[],
    carried: Carried,
    now: number,
    remote: Readonly<Record<string, string>> = {},
): Identified {
    // Without rules nobody looks at tokens.
    if (rules.length === 0) return {};
    const inQuery = rules.some(({ fromHeaders = [] }) => fromHeaders.length === 0) ? carried.queryToken : undefined;
    const token = carried.token ?? inQuery;
    if (token === undefined) return {};
    const parts = token.split(".");
    const [header, claims] = parts.slice(0, 2).map(decoded);
    if (parts.length !== 3 || header === undefined || claims === undefined) return { refused: 401 };
    const rule = rules.find(({ issuer }) => issuer === claims["iss"]);
    if (rule === undefined || !isSigned(token, header, keysOf(rule, remote))) return { refused: 401 };
    const { exp, nbf, aud } = claims;
    if (typeof exp === "number" && now > exp + SKEW) return { refused: 401 };
    if (typeof nbf === "number" && now < nbf - SKEW) return { refused: 401 };
    const audiences = Array.isArray(aud) ? aud : [aud];
    const wanted = rule.audiences ?? [];
    if (wanted.length > 0 && !wanted.some((audience) => audiences.includes(audience))) return { refused: 403 };
    return { claims };
}

function decoded(part: string): Claims | undefined {
    try {
        const value: unknown = JSON.parse(Buffer.from(part, "base64url").toString());
        return value !== null && typeof value === "object" ? { ...value } : undefined;
    } catch {
        return undefined;
    }
}

function keysOf({ jwks, jwksUri }: JwtRule, remote: Readonly<Record<string, string>>): readonly JsonWebKey[] {
    const text = jwks ?? (jwksUri === undefined ? undefined : remote[jwksUri]);
    if (text === undefined) return [];
    return (JSON.parse(text) as { readonly keys: readonly JsonWebKey[] }).keys;
}

function isSigned(token: string, header: Claims, keys: readonly JsonWebKey[]): boolean {
    if (header["alg"] !== "RS256") return false;
    const end = token.lastIndexOf(".");
    const signature = Buffer.from(token.slice(end + 1), "base64url");
    return keys
        .filter((key) => header["kid"] === undefined || key["kid"] === header["kid"])
        .some((key) => {
            const publicKey = createPublicKey({ key, format: "jwk" });
            return verify("sha256", Buffer.from(token.slice(0, end)), publicKey, signature);
        });
}
