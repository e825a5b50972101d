import { randomBytes as draw } from "node:crypto";
import type { Properties } from "../provider-lib/properties";
import { text, whole } from "../provider-lib/read";
import type { ValueMap } from "../provider-lib/values";
import { atLeast } from "./checks";
import { KEEPERS, type Parsed, type RandomSpec } from "./resource";

const LENGTH = { type: "integer", description: "Number of bytes, at least 1.", required: true, replace: true } as const;

export const randomBytes: RandomSpec = {
    summary: "Secret bytes, drawn once.",
    inputs: { ...KEEPERS, length: LENGTH },
    outputs: {
        base64: { type: "string", description: "The bytes in base64.", secret: true },
        hex: { type: "string", description: "The bytes in hexadecimal.", secret: true },
    },
    check: (settled) => atLeast(settled, "length", 1),
    draw: async (settled) => secretBytes(draw(whole(settled, "length") ?? 0)),
    async parse(id) {
        const bytes = Buffer.from(id, "base64");
        if (bytes.length === 0 || bytes.toString("base64") !== id) throw new Error("the id to import is not base64");
        return { inputs: { length: bytes.length }, ...secretBytes(bytes) };
    },
    schemaVersion: 0,
    idIsOutput: false,
    emptyKeepersReplace: true,
};

/** The official plugin takes the bytes as id, where everybody can read them; here the id tells nothing. */
function secretBytes(bytes: Buffer): { id: string; outputs: { base64: string; hex: string } } {
    return { id: "none", outputs: { base64: bytes.toString("base64"), hex: bytes.toString("hex") } };
}

const ID_INPUTS: Properties = {
    ...KEEPERS,
    byteLength: LENGTH,
    prefix: {
        type: "string",
        description: "What each form of the id but the resource's own starts with.",
        replace: true,
    },
};

export const randomId: RandomSpec = {
    summary: "A number that is unlike any other, drawn once; it is no secret.",
    inputs: ID_INPUTS,
    outputs: {
        b64Std: { type: "string", description: "The id in base64." },
        b64Url: { type: "string", description: "The id in base64 for URLs." },
        dec: { type: "string", description: "The id in decimal." },
        hex: { type: "string", description: "The id in hexadecimal." },
    },
    check: (settled) => atLeast(settled, "byteLength", 1),
    draw: async (settled) => idOf(draw(whole(settled, "byteLength") ?? 0), text(settled, "prefix") ?? ""),
    async parse(id): Promise<Parsed> {
        const comma = id.lastIndexOf(",");
        const prefix = comma === -1 ? "" : id.slice(0, comma);
        const encoded = id.slice(comma + 1);
        const bytes = Buffer.from(encoded, "base64url");
        if (bytes.length === 0 || bytes.toString("base64url") !== encoded) {
            throw new Error("the id to import is not base64 for URLs, with a prefix and a comma before it or without");
        }
        const inputs: ValueMap = { byteLength: bytes.length, ...(prefix === "" ? {} : { prefix }) };
        return { inputs, ...idOf(bytes, prefix) };
    },
    schemaVersion: 0,
    idIsOutput: true,
    emptyKeepersReplace: false,
};

function idOf(bytes: Buffer, prefix: string): { id: string; outputs: Record<string, string> } {
    const id = bytes.toString("base64url");
    const hex = bytes.toString("hex");
    return {
        id,
        outputs: {
            b64Std: prefix + bytes.toString("base64"),
            b64Url: prefix + id,
            dec: prefix + BigInt(`0x${hex}`).toString(),
            hex: prefix + hex,
        },
    };
}
