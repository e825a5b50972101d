import { Struct, type JavaScriptValue } from "google-protobuf/google/protobuf/struct_pb";
import { isList, isMap, Secret, secret, UNKNOWN, Unknown, type Value, type ValueMap } from "./values";

/** Key that says that a map stands for something that JSON has not; sdk/go/common/resource/sig in pulumi/pulumi. */
export const SIGNATURE_KEY = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";
const OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4";
export const ASSET = "c44067f5952c0a294b673a41bacd8c17";
export const ARCHIVE = "0def7320c3a5731c473e5ecbe6d01bc7";

/** What stands for an unknown value: one text for each type it will have; sdk/go/common/resource/plugin/rpc.go. */
const UNKNOWN_STRING = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const UNKNOWNS: ReadonlySet<string> = new Set([
    UNKNOWN_STRING,
    "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
    "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
    "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
    "030794c1-ac77-496b-92df-f27374a8bd58",
    "e48ece36-62e2-4504-bad9-02848725956a",
    "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
]);

/** Takes properties off the wire. Nulls in maps are left out, as Pulumi's own providers do. */
export function decode(struct: Struct | undefined): ValueMap {
    return struct === undefined ? {} : decodeMap(struct.toJavaScript());
}

/** Puts properties on the wire. */
export function encode(values: ValueMap): Struct {
    return Struct.fromJavaScript(encodeMap(values));
}

interface Json {
    readonly [key: string]: JavaScriptValue;
}

function decodeMap(map: Json): ValueMap {
    const known = Object.entries(map).filter(([, value]) => value !== null);
    return Object.fromEntries(known.map(([key, value]) => [key, decodeValue(value)]));
}

function decodeValue(value: JavaScriptValue): Value {
    if (typeof value === "string") return UNKNOWNS.has(value) ? UNKNOWN : value;
    if (Array.isArray(value)) return value.map(decodeValue);
    return isObject(value) ? decodeObject(value) : value;
}

function decodeObject(map: Json): Value {
    switch (map[SIGNATURE_KEY]) {
        case SECRET:
            return secret(decodeValue(map["value"] ?? null));
        case OUTPUT: {
            const inner = map["value"] === undefined ? UNKNOWN : decodeValue(map["value"]);
            return map["secret"] === true ? secret(inner) : inner;
        }
        default:
            return decodeMap(map);
    }
}

function isObject(value: JavaScriptValue): value is Json {
    return typeof value === "object" && value !== null;
}

function encodeMap(map: ValueMap): { [key: string]: JavaScriptValue } {
    return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, encodeValue(value)]));
}

function encodeValue(value: Value): JavaScriptValue {
    if (value instanceof Secret) return { [SIGNATURE_KEY]: SECRET, value: encodeValue(value.value) };
    if (value instanceof Unknown) return UNKNOWN_STRING;
    if (isList(value)) return value.map(encodeValue);
    return isMap(value) ? encodeMap(value) : value;
}
