import type { Issuer } from "../config/schema";
import { publicKeysText } from "./jwks";

/** Whose tokens the waypoints trust. */
export interface TrustedIssuer {
    /** The tokens' `iss`. */
    readonly issuer: string;
    /** Its public keys, a JSON Web Key Set without private members, or where istiod fetches them. */
    readonly keys: { readonly jwks: string } | { readonly url: string };
}

/** What the API server says of itself as an issuer, as the command `cluster-keys` prints it. */
export interface ClusterIssuer {
    readonly issuer: string;
    readonly jwks: unknown;
}

/**
 * Reads what `cluster-keys` printed. Undefined for nothing: the cluster did not answer in a preview.
 * @throws Error when it is something else
 */
export function parseClusterIssuer(printed: string): TrustedIssuer | undefined {
    if (printed.trim() === "") return undefined;
    const { issuer, jwks } = JSON.parse(printed) as Partial<ClusterIssuer>;
    if (typeof issuer !== "string" || issuer === "") throw new Error("cluster-keys named no issuer");
    return { issuer, keys: { jwks: publicKeysText(JSON.stringify(jwks)) } };
}

/** Another issuer than the cluster, from its settings. Private members were refused before; here they are left out. */
export function oidcIssuer({ issuer, keys }: Extract<Issuer, { readonly kind: "oidc" }>): TrustedIssuer {
    return { issuer, keys: "jwks" in keys ? { jwks: publicKeysText(keys.jwks) } : keys };
}
