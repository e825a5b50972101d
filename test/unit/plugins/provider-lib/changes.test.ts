import assert from "node:assert/strict";
import * as fc from "fast-check";
import { changesBetween } from "../../../../tools/plugins/provider-lib/changes";
import { Secret, UNKNOWN, type ValueMap } from "../../../../tools/plugins/provider-lib/values";

/** Each `kind path`. */
function changes(before: ValueMap, after: ValueMap): readonly string[] {
    return changesBetween(before, after).map(({ kind, path }) => `${kind} ${path}`);
}

describe("changes between inputs", () => {
    const cases: readonly (readonly [string, ValueMap, ValueMap, readonly string[]])[] = [
        ["nothing", { a: 1, b: [{ c: "x" }] }, { b: [{ c: "x" }], a: 1 }, []],
        ["a new value", { a: 1 }, { a: 2 }, ["update a"]],
        ["an input more", {}, { a: 1 }, ["add a"]],
        ["an input less", { a: 1 }, {}, ["delete a"]],
        ["null for nothing", { a: null }, {}, []],
        ["an entry of a map", { m: { a: "1", b: "2" } }, { m: { a: "1", b: "3", c: "4" } }, ["update m.b", "add m.c"]],
        ["an item of a list", { l: ["a", "b", "c"] }, { l: ["a", "x"] }, ["update l[1]", "delete l[2]"]],
        [
            "keys with a special character",
            { m: { "a.b": 1, 'q"': 1 } },
            { m: {} },
            ['delete m["a.b"]', 'delete m["q\\""]'],
        ],
        ["another type", { a: "1" }, { a: [1] }, ["update a"]],
        ["secrecy", { a: "x" }, { a: new Secret("x") }, ["update a"]],
        ["a part of a secret", { a: new Secret({ b: 1 }) }, { a: new Secret({ b: 2 }) }, ["update a"]],
        ["an equal secret", { a: new Secret({ b: 1 }) }, { a: new Secret({ b: 1 }) }, []],
        ["an unknown", { a: "x" }, { a: UNKNOWN }, ["update a"]],
        ["the engine's own", { __defaults: [], version: "1" }, { __meta: "x", version: "2" }, []],
    ];
    for (const [name, before, after, expected] of cases) {
        it(`of ${name}`, () => assert.deepEqual(changes(before, after), expected));
    }

    it("name the top-level property each is in", () => {
        assert.deepEqual(
            changesBetween({ a: { b: [1] } }, { a: { b: [2] } }).map(({ property }) => property),
            ["a"],
        );
    });

    it("are none between a value and itself, and mirrored the other way round", () => {
        const map = fc.dictionary(fc.string(), fc.jsonValue() as fc.Arbitrary<ValueMap>, { noNullPrototype: true });
        const mirrored = { add: "delete", delete: "add", update: "update" } as const;
        fc.assert(
            fc.property(map, map, (a, b) => {
                assert.deepEqual(changes(a, a), []);
                assert.deepEqual(
                    [...changes(b, a)].sort(),
                    changesBetween(a, b)
                        .map(({ kind, path }) => `${mirrored[kind]} ${path}`)
                        .sort(),
                );
            }),
        );
    });
});
