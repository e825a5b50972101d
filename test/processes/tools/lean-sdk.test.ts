import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const ROOT = join(__dirname, "..", "..", "..");
const load = createRequire(__filename);
const { ON_CALL } = load(join(ROOT, "tools", "lean-sdk.js")) as {
    readonly ON_CALL: Readonly<Record<string, readonly string[]>>;
};

/** What a script prints in a Node of its own. */
function inNode(source: string): string {
    const { status, stdout, stderr } = spawnSync(process.execPath, ["-e", source], { cwd: ROOT, encoding: "utf8" });
    assert.equal(status, 0, stderr);
    return stdout.trim();
}

const PROGRAM = `require("./tools/lean-sdk"); const pulumi = require("@pulumi/pulumi");`;

/** The same, after the SDK is loaded as the program does. */
function inProgram(script: string): string {
    return inNode(`${PROGRAM} ${script}`);
}

describe("Pulumi's SDK, as the program loads it", function () {
    this.timeout(30_000);

    it("comes without what only functions that are sent away need, and without OpenTelemetry's SDK, but has spans", () => {
        const script = `
            require("@pulumi/pulumi/cmd/run/tracing").newSpan("a span").end();
            console.log(Object.keys(require.cache).join("\\n"));`;
        const loaded = inProgram(script);
        assert.match(loaded, /@pulumi\/pulumi\/index\.js/);
        assert.doesNotMatch(loaded, /node_modules\/(typescript|@npmcli)\//);
        assert.doesNotMatch(loaded, /automation\/localWorkspace/);
        assert.doesNotMatch(loaded, /@opentelemetry\/sdk-trace/);
    });

    it("has OpenTelemetry's SDK once somebody traces", () => {
        const script = `
            const tracing = require("@pulumi/pulumi/cmd/run/tracing");
            tracing.start("http://127.0.0.1:9");
            tracing.newSpan("a span").end();
            console.log(Object.keys(require.cache).join());`;
        assert.match(inProgram(script), /@opentelemetry\/sdk-trace/);
    });

    it("loads the automation API when somebody looks into it", () => {
        const script = `console.log(typeof pulumi.automation.LocalWorkspace, "Stack" in pulumi.automation);`;
        assert.equal(inProgram(script), "function true");
    });

    it("keeps its debug messages to itself, unless they are asked for", () => {
        const script = `
            const sent = [];
            const log = (request, answer) => answer(undefined, sent.push(request));
            require("@pulumi/pulumi/runtime/settings").getEngine = () => ({ log });
            pulumi.log.debug("registering").then(() => console.log(sent.length));`;
        assert.equal(inProgram(script), "0");
        assert.equal(inNode(`process.env.HEARTH_SDK_DEBUG = "1"; ${PROGRAM} ${script}`), "1");
    });

    it("does not write out what the engine answers for messages that nobody wants", () => {
        const script = `
            const { RegisterResourceResponse } = require("@pulumi/pulumi/proto/resource_pb");
            const answer = new RegisterResourceResponse();
            answer.setUrn("urn:of:a:resource");
            console.log(String(answer));`;
        assert.doesNotMatch(inProgram(script), /urn:of/);
        assert.match(inNode(`process.env.HEARTH_SDK_DEBUG = "1"; ${PROGRAM} ${script}`), /urn:of/);
    });

    it("notes no stack trace for a resource, unless it is asked to", () => {
        const script = `
            const traces = [];
            pulumi.runtime.setMocks({ newResource: ({ name }) => ({ id: name, state: {} }), call: () => ({}) });
            const request = require("@pulumi/pulumi/proto/resource_pb").RegisterResourceRequest;
            const { setStacktrace } = request.prototype;
            request.prototype.setStacktrace = function (trace) { traces.push(trace); return setStacktrace.call(this, trace); };
            new pulumi.ComponentResource("hearth:test:Component", "component").urn.apply(() =>
                console.log(traces.length, traces.some((trace) => trace.getFramesList().length > 0)));`;
        assert.equal(inProgram(script), "1 false");
        assert.equal(inNode(`process.env.HEARTH_SDK_DEBUG = "1"; ${PROGRAM} ${script}`), "1 true");
    });

    it("walks through values of values once, and writes and reads them as ever", () => {
        const script = `
            const { Map: Fields } = require("google-protobuf");
            const { Struct } = require("google-protobuf/google/protobuf/struct_pb");
            let walks = 0;
            const { toArray } = Fields.prototype;
            for (const name of Object.getOwnPropertyNames(Fields.prototype)) {
                if (Fields.prototype[name] !== toArray) continue;
                Fields.prototype[name] = function () { walks++; return toArray.call(this); };
            }
            let value = { text: "ä", none: null, yes: true, number: 1.5, empty: {}, list: [] };
            for (let depth = 0; depth < 10; depth++) value = { again: value, list: [1, [value], "two"] };
            const read = (bytes) => Struct.deserializeBinary(bytes);
            const once = read(Struct.fromJavaScript(value).serializeBinary());
            const twice = read(once.serializeBinary());
            require("node:assert").deepStrictEqual(twice.toJavaScript(), value);
            require("node:assert").deepStrictEqual(once.toJavaScript(), value);
            console.log(walks);`;
        assert.equal(inProgram(script), "0");
        assert.ok(Number(inNode(script)) > 1000);
    });

    it("loads that when it is called", () => {
        const script = `pulumi.runtime.serializeFunction(() => 42).then(({ text }) => console.log(text));`;
        assert.match(inProgram(script), /return \(\) => 42;/);
    });

    it("has every function of the modules that it puts off", () => {
        const script = `
            const functions = (request) => {
                delete require.cache[require.resolve(request)];
                return [request, Object.keys(require(request)).sort()];
            };
            console.log(JSON.stringify(Object.fromEntries(${JSON.stringify(Object.keys(ON_CALL))}.map(functions))));`;
        const sorted = Object.entries(ON_CALL).map(([request, names]) => [request, [...names].sort()]);
        assert.deepEqual(JSON.parse(inProgram(script)), Object.fromEntries(sorted));
    });

    it("leaves stack traces to Node, which knows where our files come from", () => {
        const script = `
            require("./tools/transpile");
            try { require("./tools/registry.ts").toolSpec("none"); } catch (error) { console.log(error.stack); }`;
        // Pulumi's loader installs source-map-support before it loads the program.
        const output = inNode(`require("source-map-support/register"); require("./tools/lean-sdk"); ${script}`);
        const line = /tools\/registry\.ts:(\d+)/.exec(output)?.[1];
        const lines = readFileSync(join(ROOT, "tools", "registry.ts"), "utf8").split("\n");
        assert.match(lines[Number(line) - 1] ?? "", /throw new Error/, output);
    });
});
