import type { Problem } from "../problems";

/** Members of a JSON Web Key that only its owner may know (RFC 7518, sections 6.2.2, 6.3.2 and 6.4). */
const PRIVATE_MEMBERS = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

const FIX = "paste what the issuer serves at its jwks_uri, as JSON in one text";

/**
 * What is wrong with a JSON Web Key Set of public keys (RFC 7517). No message has anything of its text: what was pasted
 * by mistake may be a private key.
 */
export function keySetProblems(where: string, text: string): readonly Problem[] {
    const keys = keysOf(text);
    if (keys === undefined) return [{ where, what: "is not a JSON Web Key Set", fix: FIX }];
    if (keys.length === 0) return [{ where, what: "has no key", fix: FIX }];
    return keys.flatMap((key, index) => keyProblems(where, key, index + 1));
}

function keysOf(text: string): readonly unknown[] | undefined {
    try {
        const value: unknown = JSON.parse(text);
        if (value === null || typeof value !== "object" || !("keys" in value)) return undefined;
        return Array.isArray(value.keys) ? value.keys : undefined;
    } catch {
        // The parser's message quotes the text.
        return undefined;
    }
}

function keyProblems(where: string, key: unknown, number: number): readonly Problem[] {
    if (key === null || typeof key !== "object" || !("kty" in key) || typeof key.kty !== "string") {
        return [{ where, what: `key ${number} is not a JSON Web Key`, fix: FIX }];
    }
    if (key.kty === "oct") {
        const what = `key ${number} is a symmetric one: whoever can check tokens with it can make them`;
        return [{ where, what, fix: "use an issuer that signs with RSA or elliptic curves, and make another secret" }];
    }
    const found = PRIVATE_MEMBERS.filter((member) => Object.hasOwn(key, member));
    if (found.length === 0) return [];
    const what = `key ${number} has private members (${found.join(", ")}), with which anybody could sign tokens`;
    return [{ where, what, fix: "give the public key alone, and take this one out of use: it stands in a file now" }];
}
