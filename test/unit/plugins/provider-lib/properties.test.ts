import assert from "node:assert/strict";
import { checkProperties, type Properties } from "../../../../tools/plugins/provider-lib/properties";
import { Secret, UNKNOWN, type ValueMap } from "../../../../tools/plugins/provider-lib/values";

const PROPERTIES: Properties = {
    any: { type: "any", description: "" },
    count: { type: "integer", description: "", required: true },
    list: { type: { listOf: "string" }, description: "" },
    map: { type: { mapOf: "boolean" }, description: "" },
    text: { type: "string", description: "" },
};

function failures(inputs: ValueMap): readonly string[] {
    return checkProperties("a:b:C", PROPERTIES, inputs).map(({ property, reason }) => `${property}: ${reason}`);
}

describe("inputs of a resource", () => {
    it("are accepted with the right names and types, known or not, secret or not", () => {
        assert.deepEqual(failures({ count: 1, any: { x: [1] }, list: ["a"], map: { a: true }, text: "" }), []);
        assert.deepEqual(failures({ count: UNKNOWN, list: new Secret([UNKNOWN]), map: { a: new Secret(false) } }), []);
        assert.deepEqual(failures({ count: 1, __defaults: [], text: null }), []);
    });

    it("are all refused at once, each with its reason", () => {
        assert.deepEqual(failures({ list: ["a", 1], map: { a: "x" }, text: false, other: 1 }), [
            "count: Missing required field 'count' on 'a:b:C'",
            "list: Field 'list[1]' on 'a:b:C' must be a string; got a number instead",
            "map: Field 'map.a' on 'a:b:C' must be a boolean; got a string instead",
            "text: Field 'text' on 'a:b:C' must be a string; got a boolean instead",
            "other: Unrecognized field 'other' on 'a:b:C'",
        ]);
    });

    it("of a wrong shape are refused", () => {
        assert.deepEqual(failures({ count: 1.5, list: { a: "b" }, map: ["a"], text: [null] }), [
            "count: Field 'count' on 'a:b:C' must be an integer; got a number instead",
            "list: Field 'list' on 'a:b:C' must be a list; got a map instead",
            "map: Field 'map' on 'a:b:C' must be a map; got a list instead",
            "text: Field 'text' on 'a:b:C' must be a string; got a list instead",
        ]);
        assert.deepEqual(failures({ count: 1, list: [null] }), [
            "list: Field 'list[0]' on 'a:b:C' must be a string; got nothing instead",
        ]);
    });

    it("are refused without telling their value", () => {
        assert.doesNotMatch(
            failures({ count: new Secret("hunter2"), text: new Secret(["hunter2"]) }).join(),
            /hunter2/,
        );
    });
});
