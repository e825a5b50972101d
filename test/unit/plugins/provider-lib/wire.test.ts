import assert from "node:assert/strict";
import { Struct, type JavaScriptValue } from "google-protobuf/google/protobuf/struct_pb";
import * as fc from "fast-check";
import { Secret, UNKNOWN, type Value, type ValueMap } from "../../../../tools/plugins/provider-lib/values";
import { decode, encode } from "../../../../tools/plugins/provider-lib/wire";

const KEY = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";
const OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4";
const ASSET = "c44067f5952c0a294b673a41bacd8c17";
const UNKNOWN_STRING = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

function onWire(map: { [key: string]: JavaScriptValue }): Struct {
    return Struct.fromJavaScript(map);
}

describe("properties on the wire", () => {
    it("are read as the engine writes them", () => {
        assert.deepEqual(
            decode(onWire({ text: "a", number: 1.5, no: false, list: [1, [true]], map: { x: { y: "z" } } })),
            {
                text: "a",
                number: 1.5,
                no: false,
                list: [1, [true]],
                map: { x: { y: "z" } },
            },
        );
    });

    it("are none where there is no message", () => assert.deepEqual(decode(undefined), {}));

    it("lose nulls in maps and keep those in lists", () => {
        assert.deepEqual(decode(onWire({ a: null, b: { c: null }, d: [null, 1] })), { b: {}, d: [null, 1] });
    });

    it("have secrets, in each of the two forms", () => {
        assert.deepEqual(
            decode(
                onWire({
                    plain: { [KEY]: SECRET, value: { a: 1 } },
                    output: { [KEY]: OUTPUT, value: "x", secret: true, dependencies: ["urn:a"] },
                    nested: [{ [KEY]: SECRET, value: { [KEY]: SECRET, value: "twice" } }],
                }),
            ),
            { plain: new Secret({ a: 1 }), output: new Secret("x"), nested: [new Secret("twice")] },
        );
    });

    it("have unknowns, in each of their forms", () => {
        const placeholders = [
            UNKNOWN_STRING,
            "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
            "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
            "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
            "030794c1-ac77-496b-92df-f27374a8bd58",
            "e48ece36-62e2-4504-bad9-02848725956a",
            "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
        ];
        for (const placeholder of placeholders) assert.equal(decode(onWire({ a: placeholder }))["a"], UNKNOWN);
        assert.deepEqual(decode(onWire({ a: { [KEY]: OUTPUT }, b: { [KEY]: OUTPUT, secret: true } })), {
            a: UNKNOWN,
            b: new Secret(UNKNOWN),
        });
    });

    it("keep known outputs as their values, and assets as they are", () => {
        const asset = { [KEY]: ASSET, path: "a.txt", hash: "h" };
        assert.deepEqual(decode(onWire({ a: { [KEY]: OUTPUT, value: 3 }, asset })), { a: 3, asset });
    });

    it("are written as the engine reads them", () => {
        assert.deepEqual(encode({ a: new Secret([UNKNOWN]), b: { c: [1, null] } }).toJavaScript(), {
            a: { [KEY]: SECRET, value: [UNKNOWN_STRING] },
            b: { c: [1, null] },
        });
    });

    it("come back as they were sent", () => {
        const leaf = fc.oneof(
            fc.string(),
            fc.double({ noNaN: true, noDefaultInfinity: true }).filter((x) => !Object.is(x, -0)),
            fc.boolean(),
        );
        const { tree } = fc.letrec<{ tree: Value }>((tie) => ({
            tree: fc.oneof(
                { depthSize: "small" },
                leaf,
                fc.constant(UNKNOWN),
                fc.array(tie("tree"), { maxLength: 3 }),
                mapOf(tie("tree")),
                fc.oneof(leaf, mapOf(tie("tree"))).map((value) => new Secret(value as Value)),
            ) as fc.Arbitrary<Value>,
        }));
        fc.assert(
            fc.property(mapOf(tree), (map) => {
                const bytes = encode(map).serializeBinary();
                assert.deepEqual(decode(Struct.deserializeBinary(bytes)), map);
            }),
        );
    });
});

function mapOf(values: fc.Arbitrary<Value>): fc.Arbitrary<ValueMap> {
    // No map of a program has these keys, and protobuf's JavaScript library cannot have them.
    const key = fc.string({ minLength: 1 }).filter((name) => name !== "__proto__" && name !== KEY);
    return fc.dictionary(key, values, { maxKeys: 4, noNullPrototype: true });
}
