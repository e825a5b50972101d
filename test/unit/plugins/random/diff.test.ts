import assert from "node:assert/strict";
import { randomProvider } from "../../../../tools/plugins/random/provider";
import { Secret, UNKNOWN, type ValueMap } from "../../../../tools/plugins/provider-lib/values";
import { ProviderClient } from "../../../helpers/provider-client";

const BYTES = "random:index/randomBytes:RandomBytes";
const ID = "random:index/randomId:RandomId";
const INTEGER = "random:index/randomInteger:RandomInteger";
const PASSWORD = "random:index/randomPassword:RandomPassword";
const UUID = "random:index/randomUuid:RandomUuid";

const DEFAULTS = {
    lower: true,
    minLower: 0,
    minNumeric: 0,
    minSpecial: 0,
    minUpper: 0,
    number: true,
    numeric: true,
    special: true,
    upper: true,
};
const META = '{"schema_version":"3"}';

describe("a change of the inputs of something random", () => {
    let client: ProviderClient;

    before(async () => (client = await ProviderClient.start(randomProvider)));
    after(() => client.stop());

    const secret = { result: new Secret("r"), bcryptHash: new Secret("h"), id: "none", __meta: META };
    const state = { ...DEFAULTS, length: 16, ...secret };
    const kept = { ...state, keepers: { a: "1", "b.c": "2" } };
    type Row = readonly [string, ValueMap, ValueMap, Readonly<Record<string, string>>, readonly string[]];
    const rows: readonly Row[] = [
        ["nothing", state, { length: 16 }, {}, []],
        ["a stated default", state, { length: 16, special: true, minUpper: 0, number: true }, {}, []],
        ["secrecy", state, { length: new Secret(16) }, {}, []],
        ["the length", state, { length: 17 }, { length: "UPDATE_REPLACE" }, ["length"]],
        ["an unknown length", state, { length: UNKNOWN }, { length: "UPDATE_REPLACE" }, ["length"]],
        ["a class", state, { length: 16, upper: false }, { upper: "UPDATE_REPLACE" }, ["upper"]],
        [
            "digits, under either name",
            state,
            { length: 16, number: false },
            { number: "UPDATE_REPLACE", numeric: "UPDATE_REPLACE" },
            ["number", "numeric"],
        ],
        [
            "special characters more",
            state,
            { length: 16, overrideSpecial: "-" },
            { overrideSpecial: "ADD_REPLACE" },
            ["overrideSpecial"],
        ],
        [
            "special characters less",
            { ...state, overrideSpecial: "-" },
            { length: 16 },
            { overrideSpecial: "DELETE_REPLACE" },
            ["overrideSpecial"],
        ],
        [
            "special characters that were none",
            { ...state, overrideSpecial: "" },
            { length: 16 },
            { overrideSpecial: "DELETE" },
            [],
        ],
        [
            "keepers",
            kept,
            { length: 16, keepers: { a: "1", "b.c": "3" } },
            { 'keepers["b.c"]': "UPDATE_REPLACE" },
            ["keepers"],
        ],
        ["no keepers any more", kept, { length: 16 }, { keepers: "DELETE_REPLACE" }, ["keepers"]],
        ["no keepers instead of none", state, { length: 16, keepers: {} }, { keepers: "ADD" }, []],
    ];
    for (const [name, before, news, detailed, replaces] of rows) {
        it(`of ${name}`, async () => {
            const answer = await client.diff(PASSWORD, { state: before, oldInputs: {}, news });
            assert.equal(answer.changed, Object.keys(detailed).length > 0);
            assert.deepEqual(answer.detailed, detailed);
            assert.deepEqual(answer.replaces, replaces);
            assert.equal(answer.deleteBeforeReplace, false);
        });
    }

    it("of empty keepers draws bytes anew, as the official plugin does", async () => {
        const answer = await client.diff(BYTES, { state: { length: 1 }, news: { length: 1, keepers: {} } });
        assert.deepEqual(answer.replaces, ["keepers"]);
    });

    // As recorded in pulumi-random's provider/testdata/recorded, and with what later versions add.
    const official: readonly (readonly [string, ValueMap, ValueMap])[] = [
        [
            PASSWORD,
            {
                length: 16,
                lower: true,
                minLower: 2,
                minNumeric: 2,
                minSpecial: 2,
                minUpper: 2,
                number: true,
                special: true,
                upper: true,
            },
            {
                ...{ length: 16, lower: true, minLower: 2, minNumeric: 2, minSpecial: 2, minUpper: 2 },
                ...{ number: true, numeric: true, special: true, upper: true, ...secret },
                __pulumi_raw_state_delta: { obj: { ps: {} } },
            },
        ],
        [BYTES, { length: 16 }, { length: 16, hex: new Secret("00"), base64: new Secret("AA==") }],
        [
            ID,
            { byteLength: 8 },
            {
                b64Std: "gEtk2V/GVJQ=",
                b64Url: "gEtk2V_GVJQ",
                byteLength: 8,
                dec: "9244593544885589140",
                hex: "804b64d95fc65494",
                id: "gEtk2V_GVJQ",
            },
        ],
        [INTEGER, { min: 1, max: 9 }, { min: 1, max: 9, result: 4, id: "4" }],
        [UUID, {}, { result: "aabbccdd-eeff-0011-2233-445566778899", id: "aabbccdd-eeff-0011-2233-445566778899" }],
    ];
    for (const [type, inputs, before] of official) {
        it(`of a ${type} of the official plugin is none, and so is its refresh`, async () => {
            const old = { ...inputs, __defaults: [] };
            const answer = await client.diff(type, { state: before, oldInputs: old, news: inputs });
            assert.equal(answer.changed, false);
            assert.deepEqual(await client.read(type, "its-id", before, old), {
                id: "its-id",
                outputs: before,
                inputs: old,
            });
        });
    }
});
