import assert from "node:assert/strict";
import * as fc from "fast-check";
import { drawString, drawWhole, type CharacterClass } from "../../../../tools/plugins/random/draw";

const ALPHABETS = ["ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz", "0123456789", "-_é𝄞"];

const classes: fc.Arbitrary<readonly CharacterClass[]> = fc
    .tuple(...ALPHABETS.map(() => fc.record({ allowed: fc.boolean(), minimum: fc.nat(5) })))
    .map((settings) => settings.map((one, index) => ({ characters: ALPHABETS[index] ?? "", ...one })))
    .filter((list) => list.some(({ allowed }) => allowed));

describe("a drawn string", () => {
    it("has its length, its minimums, and beyond them only what is allowed", () => {
        fc.assert(
            fc.property(classes, fc.nat(40), (list, more) => {
                const least = list.reduce((sum, { minimum }) => sum + minimum, 0);
                const drawn = [...drawString({ length: least + more, classes: list })];
                assert.equal(drawn.length, least + more);
                for (const { characters, allowed, minimum } of list) {
                    const count = drawn.filter((character) => characters.includes(character)).length;
                    assert.ok(allowed ? count >= minimum : count === minimum);
                }
            }),
        );
    });

    it("is empty when nothing is asked for, and refused when there is nothing to draw from", () => {
        const none = [{ characters: "abc", allowed: false, minimum: 0 }];
        assert.equal(drawString({ length: 0, classes: none }), "");
        assert.throws(() => drawString({ length: 1, classes: none }), /no characters to draw from/);
    });

    it("may have any of its characters anywhere", () => {
        // One digit among letters: that it is at one place 400 times out of 400 has a chance of 10^-361.
        const list = [
            { characters: "abc", allowed: true, minimum: 0 },
            { characters: "0", allowed: false, minimum: 1 },
        ];
        const places = new Set(
            Array.from({ length: 400 }, () => drawString({ length: 8, classes: list }).indexOf("0")),
        );
        assert.ok(places.size > 1);
        assert.ok(!places.has(-1));
    });
});

describe("a drawn number", () => {
    it("is a whole one within its limits, both included, however far they are apart", () => {
        fc.assert(
            fc.property(fc.maxSafeInteger(), fc.maxSafeInteger(), (a, b) => {
                const [min, max] = [Math.min(a, b), Math.max(a, b)];
                const drawn = drawWhole(min, max);
                assert.ok(Number.isSafeInteger(drawn) && drawn >= min && drawn <= max);
            }),
        );
        assert.equal(drawWhole(7, 7), 7);
        assert.equal(drawWhole(-3, -3), -3);
    });

    it("may be any of them", () => {
        // That one of four is never drawn in 400 times has a chance below 10^-49.
        assert.deepEqual([...new Set(Array.from({ length: 400 }, () => drawWhole(-1, 2)))].sort(), [-1, 0, 1, 2]);
    });
});
