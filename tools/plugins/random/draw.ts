import { randomBytes, randomInt } from "node:crypto";

/** What a string is made of. Its length is at least the sum of the minimums. */
export interface StringPlan {
    readonly length: number;
    /** Classes of characters, each with how many of it there are at least. */
    readonly classes: readonly CharacterClass[];
}

export interface CharacterClass {
    readonly characters: string;
    /** Whether characters beyond the minimum may be of this class. */
    readonly allowed: boolean;
    readonly minimum: number;
}

/**
 * Draws a string: the minimum of each class, then characters of all allowed classes, all in random order.
 * @throws Error when characters are to be drawn from none
 */
export function drawString({ length, classes }: StringPlan): string {
    const drawn = classes.flatMap(({ characters, minimum }) => drawCharacters(characters, minimum));
    const allowed = classes.filter((one) => one.allowed).map(({ characters }) => characters);
    return shuffled([...drawn, ...drawCharacters(allowed.join(""), length - drawn.length)]).join("");
}

function drawCharacters(characters: string, count: number): readonly string[] {
    const set = [...characters];
    if (set.length === 0 && count > 0) throw new Error("there are no characters to draw from");
    return Array.from({ length: count }, () => set[randomInt(set.length)] ?? "");
}

/** Fisher and Yates' shuffle: every order is as likely as any other. */
function shuffled<T>(items: readonly T[]): readonly T[] {
    const left = [...items];
    return items.flatMap(() => left.splice(randomInt(left.length), 1));
}

const NUMBERS_OF_8_BYTES = 2n ** 64n;

/** Draws a whole number, both ends included; node's randomInt ends at ranges of 2^48. */
export function drawWhole(min: number, max: number): number {
    const range = BigInt(max) - BigInt(min) + 1n;
    // Numbers beyond the last whole range would make the lower ones likelier.
    const limit = NUMBERS_OF_8_BYTES - (NUMBERS_OF_8_BYTES % range);
    let number: bigint;
    do number = randomBytes(8).readBigUInt64BE();
    while (number >= limit);
    return Number(BigInt(min) + (number % range));
}
