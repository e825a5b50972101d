import assert from "node:assert/strict";
import { flag, text, textMap, texts, whole } from "../../../../tools/plugins/provider-lib/read";
import {
    hasUnknown,
    isMap,
    pick,
    reveal,
    same,
    Secret,
    secret,
    UNKNOWN,
    type Value,
} from "../../../../tools/plugins/provider-lib/values";

describe("values", () => {
    it("are maps only when they are objects of no other meaning", () => {
        const maps: readonly Value[] = [{}, { a: 1 }];
        assert.deepEqual(
            maps.map((value) => isMap(value)),
            [true, true],
        );
        assert.deepEqual(
            [null, undefined, "a", 1, [], new Secret({}), UNKNOWN].map((value) => isMap(value)),
            Array(7).fill(false),
        );
    });

    it("lose every mark of secrecy when they are revealed", () => {
        assert.deepEqual(reveal(new Secret({ a: [new Secret("x")], b: UNKNOWN })), { a: ["x"], b: UNKNOWN });
    });

    it("are not made secret twice", () => {
        const once = secret("a");
        assert.equal(secret(once), once);
    });

    it("have unknowns however deep", () => {
        assert.equal(hasUnknown({ a: [new Secret({ b: UNKNOWN })] }), true);
        assert.equal(hasUnknown({ a: [new Secret({ b: "x" })] }), false);
        assert.equal(hasUnknown(undefined), false);
    });

    it("are picked by key, absent ones left out", () => {
        assert.deepEqual(pick({ a: 1, b: null, c: 3 }, ["a", "b", "d"]), { a: 1 });
    });

    it("are the same by content", () => {
        assert.equal(same({ a: [1, { b: "x" }] }, { a: [1, { b: "x" }] }), true);
        assert.equal(same({ a: null }, {}), true);
        assert.equal(same(new Secret([1]), new Secret([1])), true);
        assert.equal(same(UNKNOWN, UNKNOWN), true);
    });

    it("differ by content, by length, by type and by secrecy", () => {
        const pairs = [
            [1, "1"],
            [[1], [1, 2]],
            [{ a: 1 }, { a: 1, b: 2 }],
            [new Secret("a"), "a"],
            ["a", new Secret("a")],
            [UNKNOWN, "a"],
            ["a", UNKNOWN],
            [null, false],
            [{}, []],
        ] as const;
        for (const [a, b] of pairs) assert.equal(same(a, b), false);
    });
});

describe("readers of properties", () => {
    const values = {
        text: new Secret("a"),
        number: 3,
        yes: true,
        list: [new Secret("a"), "b"],
        map: { a: "x", b: new Secret("y") },
        unknown: UNKNOWN,
    };

    it("see through secrets", () => {
        assert.equal(text(values, "text"), "a");
        assert.equal(whole(values, "number"), 3);
        assert.equal(flag(values, "yes"), true);
        assert.deepEqual(texts(values, "list"), ["a", "b"]);
        assert.deepEqual(textMap(values, "map"), { a: "x", b: "y" });
    });

    it("have nothing for what is absent, unknown or of another type", () => {
        for (const name of ["absent", "unknown", "number"]) {
            assert.equal(text(values, name), undefined);
            assert.equal(flag(values, name), undefined);
            assert.equal(texts(values, name), undefined);
            assert.equal(textMap(values, name), undefined);
        }
        assert.equal(whole(values, "text"), undefined);
    });
});
