import { SECRET, UNKNOWN, type Fields, type Value } from "./value";

/** Key that marks special values in what Pulumi's engine sends (`specialSigKey` of @pulumi/pulumi). */
export const SIGNATURE = "4dabf18193072939515e22adb298388d";
/** Signature of secrets there. */
export const SECRET_SIGNATURE = "1b47061264138c4ac30d75fd1eb44270";
/** What the engine writes in place of a secret where people read. */
const REDACTED = "[secret]";

/** Texts that stand for unknown values, one for each type (proxy.js of @pulumi/policy). */
const UNKNOWN_TEXTS: ReadonlySet<unknown> = new Set([
    "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
    "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
    "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
    "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
    "030794c1-ac77-496b-92df-f27374a8bd58",
    "e48ece36-62e2-4504-bad9-02848725956a",
    "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
]);

/**
 * Values as Pulumi hands them around, as rules see them: secrets and unknown values become what stands for them.
 * @param isSecret recognizes secrets in forms of its own
 */
export function valueOf(raw: unknown, isSecret: (value: unknown) => boolean = () => false): Value {
    if (isSecret(raw) || raw === REDACTED) return SECRET;
    if (UNKNOWN_TEXTS.has(raw)) return UNKNOWN;
    if (typeof raw === "string" || typeof raw === "number" || typeof raw === "boolean") return raw;
    if (Array.isArray(raw)) return raw.map((item) => valueOf(item, isSecret));
    if (raw === null || typeof raw !== "object") return null;
    if (Reflect.get(raw, SIGNATURE) === SECRET_SIGNATURE) return SECRET;
    return fieldsOf(raw, isSecret);
}

/** The same for a map. */
export function fieldsOf(raw: object, isSecret?: (value: unknown) => boolean): Fields {
    return Object.fromEntries(
        Object.entries(raw)
            .filter(([, value]) => value !== undefined)
            .map(([name, value]) => [name, valueOf(value, isSecret)]),
    );
}
