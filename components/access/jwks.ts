/** A public key of a JSON Web Key Set. All members are texts. */
export type PublicKey = Readonly<Record<string, string>>;

/** A JSON Web Key Set (RFC 7517) whose keys can only verify. */
export interface PublicKeySet {
    readonly keys: readonly PublicKey[];
}

/** Members that any key may have, and that tell nothing of its private part. */
const COMMON = ["kid", "use", "alg"];

/** The public members by type of key (RFC 7518, RFC 8037); all must be there. A secret shared by both sides has none. */
const PUBLIC: Readonly<Record<string, readonly string[]>> = {
    RSA: ["n", "e"],
    EC: ["crv", "x", "y"],
    OKP: ["crv", "x"],
};

/**
 * The keys of a set that can verify signatures, with their public members only: what is not known to be public is left
 * out, so that no private member ever gets into an object that others may read. Sorted, so that equal sets are equal.
 * @throws Error when it is no set, or has no such key; the message has no member in it
 */
export function publicKeys(jwks: unknown): PublicKeySet {
    if (!isMap(jwks) || !Array.isArray(jwks["keys"])) throw new Error("is not a JSON Web Key Set");
    const all: readonly unknown[] = jwks["keys"];
    const keys = all.map(publicKey).filter((key) => key !== undefined);
    if (keys.length === 0) throw new Error("has no key that signatures can be verified with");
    return { keys: keys.sort((a, b) => compare(JSON.stringify(a), JSON.stringify(b))) };
}

/**
 * The same of a text, as a text.
 * @throws Error as `publicKeys` does, or when it is no JSON
 */
export function publicKeysText(jwks: string): string {
    return JSON.stringify(publicKeys(parsed(jwks)));
}

function parsed(text: string): unknown {
    try {
        return JSON.parse(text) as unknown;
    } catch {
        // The parser's message would show an excerpt.
        throw new Error("is not JSON");
    }
}

/** Undefined for a key of another kind, one that is incomplete, and one that encrypts instead of signing. */
function publicKey(key: unknown): PublicKey | undefined {
    if (!isMap(key) || (key["use"] !== undefined && key["use"] !== "sig")) return undefined;
    const { kty } = key;
    const needed = typeof kty === "string" && Object.hasOwn(PUBLIC, kty) ? PUBLIC[kty] : undefined;
    if (typeof kty !== "string" || needed === undefined) return undefined;
    const members = [...COMMON, ...needed].flatMap((name): readonly (readonly [string, string])[] => {
        const value = key[name];
        return typeof value === "string" ? [[name, value]] : [];
    });
    const found = Object.fromEntries(members);
    return needed.every((name) => found[name] !== undefined) ? { kty, ...found } : undefined;
}

function compare(a: string, b: string): number {
    return a < b ? -1 : a > b ? 1 : 0;
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
    return value !== null && typeof value === "object" && !Array.isArray(value);
}
