import assert from "node:assert/strict";
import { compareSync, truncates } from "bcryptjs";
import * as fc from "fast-check";
import { randomProvider } from "../../../../tools/plugins/random/provider";
import { Secret, UNKNOWN, type ValueMap } from "../../../../tools/plugins/provider-lib/values";
import { toolSpec } from "../../../../tools/registry";
import { ProviderClient } from "../../../helpers/provider-client";

const BYTES = "random:index/randomBytes:RandomBytes";
const ID = "random:index/randomId:RandomId";
const INTEGER = "random:index/randomInteger:RandomInteger";
const PASSWORD = "random:index/randomPassword:RandomPassword";
const STRING = "random:index/randomString:RandomString";
const UUID = "random:index/randomUuid:RandomUuid";

/** What the official plugin writes beside the drawn values for `{ length: 16 }`. */
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

describe("the stand-in for the random provider", () => {
    let client: ProviderClient;

    before(async () => (client = await ProviderClient.start(randomProvider)));
    after(() => client.stop());

    const secretOf = (outputs: ValueMap, name: string): string => {
        const value = outputs[name];
        assert.ok(value instanceof Secret && typeof value.value === "string", `${name} is no secret text`);
        return value.value;
    };

    it("has the registry's version, and refuses what it does not draw", async () => {
        assert.equal(randomProvider.version, toolSpec("random-provider").version);
        for (const type of ["random:index/randomPet:RandomPet", "random:index/randomShuffle:RandomShuffle"]) {
            await assert.rejects(client.check(type, {}), /pulumi plugin install resource random 4\.21\.2/);
        }
    });

    describe("a password", () => {
        it("is drawn as its inputs say, and is a secret with its hash", async () => {
            const { id, outputs } = await client.create(PASSWORD, { length: 16, minUpper: 3 });
            const password = secretOf(outputs, "result");
            assert.equal(id, "none");
            assert.deepEqual(outputs, {
                ...DEFAULTS,
                ...{ length: 16, minUpper: 3, id: "none", __meta: META },
                ...{ result: new Secret(password), bcryptHash: new Secret(secretOf(outputs, "bcryptHash")) },
            });
            assert.match(password, /^[A-Za-z0-9!@#$%&*()\-_=+[\]{}<>:?]{16}$/);
            assert.match(password, /([A-Z].*){3}/);
            assert.match(secretOf(outputs, "bcryptHash"), /^\$2a\$10\$/);
            assert.ok(compareSync(password, secretOf(outputs, "bcryptHash")));
        });

        it("is another each time", async () => {
            const drawn = await Promise.all([1, 2, 3].map(() => client.create(PASSWORD, { length: 20 })));
            assert.equal(new Set(drawn.map(({ outputs }) => secretOf(outputs, "result"))).size, 3);
            assert.equal(new Set(drawn.map(({ outputs }) => secretOf(outputs, "bcryptHash"))).size, 3);
        });

        it("has a hash of its first 72 bytes", async () => {
            const { outputs } = await client.create(PASSWORD, { length: 100 });
            const password = secretOf(outputs, "result");
            assert.ok(truncates(password));
            assert.ok(compareSync(password.slice(0, 72), secretOf(outputs, "bcryptHash")));
            assert.ok(!compareSync(password.slice(0, 71), secretOf(outputs, "bcryptHash")));
        });

        it("is drawn from the special characters that are given", async () => {
            const inputs = { length: 30, upper: false, lower: false, numeric: false, overrideSpecial: "é-" };
            const { outputs } = await client.create(PASSWORD, inputs);
            assert.match(secretOf(outputs, "result"), /^[é-]{30}$/);
            assert.deepEqual([outputs["number"], outputs["numeric"]], [false, false]);
            const empty = await client.create(PASSWORD, { ...inputs, overrideSpecial: "" });
            assert.match(secretOf(empty.outputs, "result"), /^[!@#$%&*()\-_=+[\]{}<>:?]{30}$/);
        });

        it("is unknown in a preview, and so is its id", async () => {
            assert.deepEqual(
                await client.create(PASSWORD, { length: 16, keepers: { a: UNKNOWN } }, { preview: true }),
                {
                    id: "",
                    outputs: {
                        ...DEFAULTS,
                        length: 16,
                        keepers: { a: UNKNOWN },
                        bcryptHash: new Secret(UNKNOWN),
                        result: new Secret(UNKNOWN),
                        id: UNKNOWN,
                        __meta: META,
                    },
                },
            );
        });

        it("keeps secret what was secret among its inputs", async () => {
            const keepers = { a: new Secret("x") };
            assert.deepEqual((await client.create(PASSWORD, { length: 1, keepers })).outputs["keepers"], keepers);
        });

        it("can be imported by itself", async () => {
            const { id, inputs, outputs } = await client.read(PASSWORD, "hunter2é", {});
            assert.deepEqual([id, inputs], ["none", { length: 9 }]);
            assert.equal(secretOf(outputs, "result"), "hunter2é");
            assert.ok(compareSync("hunter2é", secretOf(outputs, "bcryptHash")));
            assert.deepEqual([outputs["length"], outputs["id"]], [9, "none"]);
        });
    });

    describe("checks of a password's inputs", () => {
        const rows: readonly (readonly [string, ValueMap, readonly string[]])[] = [
            ["accept a length alone", { length: 1 }, []],
            ["accept minimums that fit", { length: 4, minUpper: 1, minLower: 1, minNumeric: 1, minSpecial: 1 }, []],
            ["accept what is not known yet", { length: UNKNOWN, minUpper: UNKNOWN, numeric: UNKNOWN }, []],
            ["accept number and numeric that agree", { length: 1, number: false, numeric: false }, []],
            ["ask for a length", {}, [`length: Missing required field 'length' on '${PASSWORD}'`]],
            ["refuse no length", { length: 0 }, ["length: must be at least 1; got 0"]],
            [
                "refuse minimums that do not fit",
                { length: 3, minUpper: 2, minLower: 2 },
                ["length: must be at least the sum of minUpper, minLower, minNumeric and minSpecial, 4; got 3"],
            ],
            ["refuse a negative minimum", { length: 3, minUpper: -1 }, ["minUpper: must be at least 0; got -1"]],
            [
                "refuse number and numeric that differ",
                { length: 1, number: true, numeric: false },
                ["number: number and numeric differ; number is deprecated, use numeric"],
            ],
            [
                "refuse a password of no characters",
                { length: 1, special: false, upper: false, lower: false, number: false },
                ["numeric: one of special, upper, lower and numeric must be true"],
            ],
            [
                "refuse a length of the wrong type",
                { length: "1" },
                [`length: Field 'length' on '${PASSWORD}' must be an integer; got a string instead`],
            ],
        ];
        for (const [name, inputs, failures] of rows) {
            it(name, async () => assert.deepEqual(await client.check(PASSWORD, inputs), { inputs, failures }));
        }

        it("promise that whatever they accept can be drawn", async () => {
            const flag = fc.option(fc.boolean(), { nil: null });
            const count = fc.option(fc.integer({ min: -1, max: 4 }), { nil: null });
            const inputs = fc.record({
                length: fc.integer({ min: -1, max: 12 }),
                ...{ upper: flag, lower: flag, numeric: flag, special: flag },
                ...{ minUpper: count, minLower: count, minNumeric: count, minSpecial: count },
            });
            await fc.assert(
                fc.asyncProperty(inputs, async (given) => {
                    const { failures, inputs: checked } = await client.check(STRING, given);
                    if (failures.length > 0) return;
                    const { outputs } = await client.create(STRING, checked);
                    assert.equal([...String(outputs["result"])].length, given.length);
                }),
                { numRuns: 60 },
            );
        });
    });

    it("draws a string as a password, in the open and with itself as id", async () => {
        const { id, outputs } = await client.create(STRING, { length: 12, special: false });
        assert.match(id, /^[A-Za-z0-9]{12}$/);
        assert.deepEqual(outputs, { ...DEFAULTS, length: 12, special: false, result: id, id, __meta: META });
        const imported = await client.read(STRING, "abc", {});
        assert.deepEqual([imported.id, imported.inputs, imported.outputs["result"]], ["abc", { length: 3 }, "abc"]);
    });

    describe("bytes", () => {
        it("are secret in both forms, and no id gives them away", async () => {
            const { id, outputs } = await client.create(BYTES, { length: 16 });
            assert.equal(id, "none");
            const hex = secretOf(outputs, "hex");
            assert.match(hex, /^[0-9a-f]{32}$/);
            assert.equal(secretOf(outputs, "base64"), Buffer.from(hex, "hex").toString("base64"));
            assert.deepEqual(Object.keys(outputs).sort(), ["base64", "hex", "length"]);
        });

        it("are at least one", async () => {
            assert.deepEqual((await client.check(BYTES, { length: 0 })).failures, [
                "length: must be at least 1; got 0",
            ]);
        });

        it("can be imported in base64 only", async () => {
            const { id, inputs, outputs } = await client.read(BYTES, "fE+Jesqco6w20rpufjykBA==", {});
            assert.deepEqual([id, inputs], ["none", { length: 16 }]);
            assert.equal(secretOf(outputs, "hex"), "7c4f897aca9ca3ac36d2ba6e7e3ca404");
            await assert.rejects(client.read(BYTES, "no base64!", {}), /the id to import is not base64/);
        });
    });

    describe("an id", () => {
        it("has the official plugin's forms", async () => {
            const { outputs } = await client.read(ID, "p-,gEtk2V_GVJQ", {});
            assert.deepEqual(outputs, {
                b64Std: "p-gEtk2V/GVJQ=",
                b64Url: "p-gEtk2V_GVJQ",
                byteLength: 8,
                dec: "p-9244593544885589140",
                hex: "p-804b64d95fc65494",
                id: "gEtk2V_GVJQ",
                prefix: "p-",
            });
            await assert.rejects(client.read(ID, "+/", {}), /is not base64 for URLs/);
        });

        it("is drawn in its length, with its prefix everywhere but in itself", async () => {
            const { id, outputs } = await client.create(ID, { byteLength: 5, prefix: "x" });
            assert.match(id, /^[\w-]{7}$/);
            assert.equal(outputs["b64Url"], `x${id}`);
            assert.match(String(outputs["hex"]), /^x[0-9a-f]{10}$/);
        });
    });

    describe("a number", () => {
        it("is within its limits", async () => {
            const { id, outputs } = await client.create(INTEGER, { min: 5, max: 6 });
            assert.ok(["5", "6"].includes(id));
            assert.deepEqual(outputs, { min: 5, max: 6, result: Number(id), id });
        });

        it("is refused by limits in the wrong order, and by a seed", async () => {
            assert.deepEqual((await client.check(INTEGER, { min: 2, max: 1, seed: "s" })).failures, [
                "max: must not be smaller than min, 2; got 1",
                "seed: Hearth's stand-in for the random provider cannot draw by a seed; leave it out",
            ]);
            assert.deepEqual((await client.check(INTEGER, { min: 1, max: UNKNOWN })).failures, []);
        });

        it("can be imported with its limits", async () => {
            assert.deepEqual(await client.read(INTEGER, "3,1,6", {}), {
                id: "3",
                inputs: { max: 6, min: 1 },
                outputs: { max: 6, min: 1, result: 3, id: "3" },
            });
            for (const id of ["3", "a,1,2", "3,1,6,seed"]) {
                await assert.rejects(client.read(INTEGER, id, {}), /not of the form result,min,max/);
            }
        });
    });

    it("draws a UUID, and imports one", async () => {
        const { id, outputs } = await client.create(UUID, { keepers: { a: "b" } });
        assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
        assert.deepEqual(outputs, { keepers: { a: "b" }, result: id, id });
        const upper = "AAAAAAAA-BBBB-CCCC-DDDD-EEEEEEEEEEEE";
        assert.equal((await client.read(UUID, upper, {})).id, upper.toLowerCase());
        await assert.rejects(client.read(UUID, "nope", {}), /not a UUID/);
    });

    it("updates inputs without drawing anew", async () => {
        const state = {
            ...DEFAULTS,
            length: 16,
            overrideSpecial: "",
            result: new Secret("r"),
            bcryptHash: new Secret("h"),
        };
        assert.deepEqual(
            await client.update(PASSWORD, { ...state, id: "none", __pulumi_raw_state_delta: {} }, { length: 16 }),
            {
                ...DEFAULTS,
                length: 16,
                result: new Secret("r"),
                bcryptHash: new Secret("h"),
                id: "old-id",
                __meta: META,
            },
        );
    });

    it("deletes without further ado", () => client.delete(PASSWORD, { length: 1 }));
});
