import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { status, type ServiceError } from "@grpc/grpc-js";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { PluginAttach, type PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import * as pb from "@pulumi/pulumi/proto/provider_pb";
import type { Call, Provider, Resource } from "../../../../tools/plugins/provider-lib/provider";
import { Secret, UNKNOWN, type ValueMap } from "../../../../tools/plugins/provider-lib/values";
import { decode, encode } from "../../../../tools/plugins/provider-lib/wire";
import { FakeEngine } from "../../../helpers/fake-engine";
import { diffed, ProviderClient, unary, urnOf } from "../../../helpers/provider-client";

const THING = "demo:index:Thing";

/** What the resource was asked, and what ends its operations. */
let asked: unknown[] = [];
let working: ((call: Call) => Promise<void>) | undefined;

const thing: Resource = {
    summary: "A thing.",
    inputs: { size: { type: "integer", description: "How big.", required: true, replace: true } },
    outputs: {
        key: { type: "string", description: "Its key.", secret: true },
        note: { type: "string", description: "Its note.", required: false },
    },
    check: ({ size }) => (size === 13 ? [{ property: "size", reason: "bad luck" }] : []),
    diff(request) {
        asked.push(request);
        return [];
    },
    async create(request, call) {
        asked.push(request);
        await working?.(call);
        return { id: "id-1", outputs: { ...request.inputs, key: new Secret("k"), note: UNKNOWN } };
    },
    async read(request) {
        asked.push(request);
        return request.id === "gone" ? undefined : { ...request, id: "id-2" };
    },
    async update(request) {
        asked.push(request);
        return request.inputs;
    },
    async delete(request) {
        asked.push(request);
        throw new Error("it is stuck");
    },
};

const provider: Provider = {
    name: "demo",
    version: "1.2.3",
    description: "For tests.",
    resources: { [THING]: thing },
    functions: {
        "demo:index:echo": {
            summary: "Says it again.",
            inputs: { text: { type: "string", description: "What.", required: true } },
            outputs: { length: { type: "integer", description: "How long." } },
            async invoke(inputs, call) {
                call.log("echoing");
                return { ...inputs, length: 3 };
            },
        },
    },
};

describe("a provider behind Pulumi's protocol", () => {
    let engine: FakeEngine;
    let client: ProviderClient;

    beforeEach(async () => {
        asked = [];
        working = undefined;
        engine = await FakeEngine.start();
        client = await ProviderClient.start(provider);
    });

    afterEach(() => {
        client.stop();
        engine.stop();
    });

    it("shakes hands: secrets, resources and outputs are taken as they are", async () => {
        const request = new pb.ProviderHandshakeRequest();
        request.setEngineAddress(engine.address);
        const response = await unary<pb.ProviderHandshakeResponse>((done) => client.raw.handshake(request, done));
        assert.deepEqual(response.toObject(), {
            acceptSecrets: true,
            acceptResources: true,
            acceptOutputs: true,
            supportsAutonamingConfiguration: false,
        });
        await client.invoke("demo:index:echo", { text: "abc" });
        assert.deepEqual(
            engine.logged.map(({ message }) => message),
            ["echoing"],
        );
    });

    it("logs to the engine that attaches to it", async () => {
        const request = new PluginAttach();
        request.setAddress(engine.address);
        await unary<Empty>((done) => client.raw.attach(request, done));
        await client.invoke("demo:index:echo", { text: "abc" });
        assert.deepEqual(engine.logged, [{ severity: 1, message: "echoing", urn: "", streamid: 0, ephemeral: true }]);
    });

    it("tells its version", async () => {
        const info = await unary<PluginInfo>((done) => client.raw.getPluginInfo(new Empty(), done));
        assert.equal(info.getVersion(), "1.2.3");
    });

    it("tells its schema", async () => {
        const response = await unary<pb.GetSchemaResponse>((done) =>
            client.raw.getSchema(new pb.GetSchemaRequest(), done),
        );
        const size = { type: "integer", description: "How big.", replaceOnChanges: true };
        assert.deepEqual(JSON.parse(response.getSchema()), {
            name: "demo",
            version: "1.2.3",
            description: "For tests.",
            config: {},
            provider: { type: "object" },
            resources: {
                [THING]: {
                    description: "A thing.",
                    type: "object",
                    properties: {
                        size,
                        key: { type: "string", description: "Its key.", secret: true },
                        note: { type: "string", description: "Its note." },
                    },
                    required: ["size", "key"],
                    inputProperties: { size },
                    requiredInputs: ["size"],
                },
            },
            functions: {
                "demo:index:echo": {
                    description: "Says it again.",
                    inputs: {
                        type: "object",
                        properties: { text: { type: "string", description: "What." } },
                        required: ["text"],
                    },
                    outputs: {
                        type: "object",
                        properties: {
                            text: { type: "string", description: "What." },
                            length: { type: "integer", description: "How long." },
                        },
                        required: ["text", "length"],
                    },
                },
            },
        });
    });

    it("takes any configuration as it is, and replaces nothing for a changed one", async () => {
        const check = new pb.CheckRequest();
        check.setNews(encode({ version: "1.2.3", region: new Secret("x") }));
        const checked = await unary<pb.CheckResponse>((done) => client.raw.checkConfig(check, done));
        assert.deepEqual(decode(checked.getInputs()), { version: "1.2.3", region: new Secret("x") });
        assert.deepEqual(checked.getFailuresList(), []);

        const diff = async (news: ValueMap) => {
            const request = new pb.DiffRequest();
            request.setOldInputs(encode({ version: "1.2.3", a: "1" }));
            request.setNews(encode(news));
            return diffed(await unary<pb.DiffResponse>((done) => client.raw.diffConfig(request, done)));
        };
        const same = await diff({ version: "1.3.0", a: "1" });
        assert.deepEqual([same.changed, same.replaces], [false, []]);
        const other = await diff({ version: "1.2.3", a: "2" });
        assert.deepEqual([other.changed, other.diffs, other.replaces], [true, ["a"], []]);

        const configured = await unary<pb.ConfigureResponse>((done) =>
            client.raw.configure(new pb.ConfigureRequest(), done),
        );
        assert.equal(configured.getAcceptsecrets(), true);
        assert.equal(configured.getSupportspreview(), true);
    });

    it("leaves unanswered what it has not", async () => {
        await rejects(
            unary((done) => client.raw.parameterize(new pb.ParameterizeRequest(), done)),
            status.UNIMPLEMENTED,
        );
        await rejects(
            unary((done) => client.raw.construct(new pb.ConstructRequest(), done)),
            status.UNIMPLEMENTED,
        );
        await rejects(
            unary((done) => client.raw.call(new pb.CallRequest(), done)),
            status.UNIMPLEMENTED,
        );
    });

    it("checks names and types first, then what the resource itself asks for", async () => {
        assert.deepEqual(await client.check(THING, { size: 1 }), { inputs: { size: 1 }, failures: [] });
        assert.deepEqual((await client.check(THING, { size: 13 })).failures, ["size: bad luck"]);
        assert.deepEqual((await client.check(THING, {})).failures, [
            `size: Missing required field 'size' on '${THING}'`,
        ]);
        const secret = { size: new Secret(1) };
        assert.deepEqual((await client.check(THING, secret)).inputs, secret);
        assert.deepEqual((await client.check(THING, { size: UNKNOWN })).inputs, { size: UNKNOWN });
    });

    it("hands on old inputs, those in the state where an engine sends none, and keeps ignored changes out", async () => {
        const state = { size: 1, key: "k" };
        await client.diff(THING, { state, oldInputs: { size: 5 }, news: { size: 2 } });
        await client.diff(THING, { state, news: { size: 2 }, ignore: ["size", "absent"] });
        assert.deepEqual(asked, [
            { state, oldInputs: { size: 5 }, inputs: { size: 2 } },
            { state, oldInputs: { size: 1 }, inputs: { size: 1 } },
        ]);
    });

    it("hands on everything else, and all answers", async () => {
        assert.deepEqual(await client.create(THING, { size: 1 }, { name: "a::b", preview: true }), {
            id: "id-1",
            outputs: { size: 1, key: new Secret("k"), note: UNKNOWN },
        });
        assert.deepEqual(await client.read(THING, "id-1", { size: 1, key: "k" }, { size: 1 }), {
            id: "id-2",
            outputs: { size: 1, key: "k" },
            inputs: { size: 1 },
        });
        assert.deepEqual(await client.read(THING, "gone", {}), { id: "", outputs: {}, inputs: {} });
        assert.deepEqual(await client.update(THING, { size: 1 }, { size: 2 }), { size: 2 });
        await rejects(client.delete(THING, { size: 2 }), status.UNKNOWN, /^it is stuck$/);
        assert.deepEqual(asked, [
            { name: "a::b", inputs: { size: 1 }, preview: true },
            { id: "id-1", state: { size: 1, key: "k" }, inputs: { size: 1 } },
            { id: "gone", state: {}, inputs: {} },
            { id: "old-id", state: { size: 1 }, inputs: { size: 2 }, preview: false },
            { id: "old-id", state: { size: 2 } },
        ]);
    });

    it("refuses types and functions that it has not, and says how to get them", async () => {
        const other = "demo:remote:Thing";
        const advice =
            /stand-in for the demo provider has no .*demo:remote:Thing, only demo:index:Thing, demo:index:echo\n.*pulumi plugin install resource demo 1\.2\.3/;
        const calls = [
            client.check(other, {}),
            client.diff(other, { state: {}, news: {} }),
            client.create(other, {}),
            client.read(other, "id", {}),
            client.update(other, {}, {}),
            client.delete(other, {}),
            client.invoke(other, {}),
        ];
        for (const call of calls) await rejects(call, status.NOT_FOUND, advice);
    });

    it("refuses arguments of a function", async () => {
        assert.deepEqual(await client.invoke("demo:index:echo", {}), {
            result: {},
            failures: ["text: Missing required field 'text' on 'demo:index:echo'"],
        });
    });

    const untilAborted = ({ signal }: Call): Promise<void> =>
        new Promise((_, reject) => signal.addEventListener("abort", () => reject(new Error("aborted"))));

    it("aborts what is under way when it is cancelled, and what comes after", async () => {
        const started = new Promise<void>((resolve) => {
            working = (call) => {
                resolve();
                return untilAborted(call);
            };
        });
        const creation = rejects(client.create(THING, { size: 1 }), status.UNKNOWN, /aborted/);
        await started;
        await client.cancel();
        await creation;
        working = async ({ signal }) => assert.equal(signal.aborted, true);
        await client.create(THING, { size: 1 });
    });

    it("aborts what takes longer than the engine allows", async () => {
        working = untilAborted;
        await rejects(client.create(THING, { size: 1 }, { timeout: 0.05 }), status.UNKNOWN, /aborted/);
    });

    it("allows for any time, be it a part of a millisecond or many years", async () => {
        working = async ({ signal }) => assert.equal(signal.aborted, false);
        for (const timeout of [0.0333333, 1e9]) await client.create(THING, { size: 1 }, { timeout });
        working = async ({ signal }) => {
            await sleep(20);
            assert.equal(signal.aborted, false);
        };
        await client.create(THING, { size: 1 }, { timeout: 1e9 });
    });

    it("aborts what is under way when the plugin is to end, and does not go before that is over", async () => {
        let over = false;
        const started = new Promise<void>((resolve) => {
            working = async (call) => {
                resolve();
                await untilAborted(call).catch(() => undefined);
                over = true;
            };
        });
        const creation = client.create(THING, { size: 1 });
        await started;
        client.lifetime.end();
        await client.lifetime.idle();
        assert.equal(over, true);
        await creation;
    });

    it("aborts what its caller does not wait for any more", async () => {
        let aborted = (): void => undefined;
        const noticed = new Promise<void>((resolve) => (aborted = resolve));
        const started = new Promise<void>((resolve) => {
            working = (call) => {
                resolve();
                return untilAborted(call).finally(aborted);
            };
        });
        const request = new pb.CreateRequest();
        request.setUrn(urnOf(THING));
        const call = client.raw.create(request, () => undefined);
        await started;
        call.cancel();
        await noticed;
    });

    it("does its work when the engine takes no log", async () => {
        const request = new PluginAttach();
        request.setAddress("127.0.0.1:1");
        await unary<Empty>((done) => client.raw.attach(request, done));
        assert.deepEqual((await client.invoke("demo:index:echo", { text: "abc" })).result, { text: "abc", length: 3 });
    });
});

async function rejects(call: Promise<unknown>, code: status, message = /./): Promise<void> {
    await assert.rejects(call, (error: ServiceError) => {
        assert.equal(error.code, code);
        assert.match(error.details, message);
        return true;
    });
}
