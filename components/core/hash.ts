import { createHash } from "node:crypto";

/** JSON with sorted keys, so that equal values have equal texts. Undefined fields are left out, as in JSON. */
export function stableStringify(value: unknown): string {
    return JSON.stringify(value, (_key, inner: unknown) => {
        if (inner === null || typeof inner !== "object" || Array.isArray(inner)) return inner;
        return Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
    });
}

/** SHA-256 in hex. */
export function sha256(data: string | Uint8Array): string {
    return createHash("sha256").update(data).digest("hex");
}

/** Short checksum of a value for annotations and triggers: 16 hex digits of its stable JSON's SHA-256. */
export function checksum(value: unknown): string {
    return sha256(stableStringify(value)).slice(0, 16);
}
