import { randomBytes } from "node:crypto";
import { encodeBase64, hash } from "bcryptjs";
import type { CheckFailure, Properties } from "../provider-lib/properties";
import { flag, text, whole } from "../provider-lib/read";
import type { ValueMap } from "../provider-lib/values";
import { atLeast } from "./checks";
import { drawString, type CharacterClass } from "./draw";
import { KEEPERS, type RandomSpec } from "./resource";

const INPUTS: Properties = {
    ...KEEPERS,
    length: { type: "integer", description: "Number of characters, at least 1.", required: true, replace: true },
    lower: { type: "boolean", description: "Whether there may be lower-case letters. Default true.", replace: true },
    minLower: { type: "integer", description: "Least number of lower-case letters. Default 0.", replace: true },
    minNumeric: { type: "integer", description: "Least number of digits. Default 0.", replace: true },
    minSpecial: { type: "integer", description: "Least number of special characters. Default 0.", replace: true },
    minUpper: { type: "integer", description: "Least number of upper-case letters. Default 0.", replace: true },
    number: { type: "boolean", description: "Former name of numeric.", replace: true },
    numeric: { type: "boolean", description: "Whether there may be digits. Default true.", replace: true },
    overrideSpecial: {
        type: "string",
        description: "Special characters to draw from. Default !@#$%&*()-_=+[]{}<>:?.",
        replace: true,
    },
    special: { type: "boolean", description: "Whether there may be special characters. Default true.", replace: true },
    upper: { type: "boolean", description: "Whether there may be upper-case letters. Default true.", replace: true },
};

const SPECIAL = "!@#$%&*()-_=+[]{}<>:?";

/** bcrypt's cost, as Go's bcrypt.DefaultCost. */
const COST = 10;
const SALT_BYTES = 16;

const SHARED = {
    inputs: INPUTS,
    defaults: stringDefaults,
    check: checkString,
    schemaVersion: 3,
    idIsOutput: true,
    emptyKeepersReplace: false,
} as const;

export const randomPassword: RandomSpec = {
    ...SHARED,
    summary: "A password, drawn once.",
    outputs: {
        bcryptHash: { type: "string", description: "bcrypt's hash of its first 72 bytes.", secret: true },
        result: { type: "string", description: "The password.", secret: true },
    },
    draw: (settled) => passwordOf(drawString(planOf(settled))),
    parse: async (id) => ({ inputs: { length: Buffer.byteLength(id) }, ...(await passwordOf(id)) }),
};

export const randomString: RandomSpec = {
    ...SHARED,
    summary: "A string, drawn once; it is no secret.",
    outputs: { result: { type: "string", description: "The string." } },
    async draw(settled) {
        const result = drawString(planOf(settled));
        return { id: result, outputs: { result } };
    },
    parse: async (id) => ({ id, inputs: { length: Buffer.byteLength(id) }, outputs: { result: id } }),
};

/** The id tells nothing: ids are in the open everywhere. */
async function passwordOf(result: string): Promise<{ id: string; outputs: { bcryptHash: string; result: string } }> {
    return { id: "none", outputs: { bcryptHash: await bcryptHash(result), result } };
}

async function bcryptHash(password: string): Promise<string> {
    const salt = `$2a$${COST}$${encodeBase64(randomBytes(SALT_BYTES), SALT_BYTES)}`;
    return hash(password, salt);
}

function stringDefaults({ number, numeric }: ValueMap): ValueMap {
    const digits = numeric ?? number ?? true;
    return {
        lower: true,
        minLower: 0,
        minNumeric: 0,
        minSpecial: 0,
        minUpper: 0,
        number: digits,
        numeric: digits,
        special: true,
        upper: true,
    };
}

function checkString(settled: ValueMap): readonly CheckFailure[] {
    const minimums = ["minUpper", "minLower", "minNumeric", "minSpecial"];
    const failures = [...atLeast(settled, "length", 1), ...minimums.flatMap((name) => atLeast(settled, name, 0))];
    if (flag(settled, "number") !== flag(settled, "numeric")) {
        failures.push({ property: "number", reason: "number and numeric differ; number is deprecated, use numeric" });
    }
    if (["special", "upper", "lower", "numeric"].every((name) => flag(settled, name) === false)) {
        failures.push({ property: "numeric", reason: "one of special, upper, lower and numeric must be true" });
    }
    const least = minimums.reduce((sum, name) => sum + (whole(settled, name) ?? 0), 0);
    const length = whole(settled, "length");
    if (length !== undefined && length < least) {
        const reason = `must be at least the sum of minUpper, minLower, minNumeric and minSpecial, ${least}; got ${length}`;
        failures.push({ property: "length", reason });
    }
    return failures;
}

function planOf(settled: ValueMap): { length: number; classes: readonly CharacterClass[] } {
    const one = (characters: string, allowed: string, minimum: string): CharacterClass => ({
        characters,
        allowed: flag(settled, allowed) === true,
        minimum: whole(settled, minimum) ?? 0,
    });
    const special = text(settled, "overrideSpecial") ?? "";
    return {
        length: whole(settled, "length") ?? 0,
        classes: [
            one("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "upper", "minUpper"),
            one("abcdefghijklmnopqrstuvwxyz", "lower", "minLower"),
            one("0123456789", "numeric", "minNumeric"),
            one(special === "" ? SPECIAL : special, "special", "minSpecial"),
        ],
    };
}
