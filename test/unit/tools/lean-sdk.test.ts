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

/** The same, after the SDK is loaded as the program does. */
function inProgram(script: string): string {
    return inNode(`require("./tools/lean-sdk"); const pulumi = require("@pulumi/pulumi"); ${script}`);
}

describe("Pulumi's SDK, as the program loads it", function () {
    this.timeout(30_000);

    it("comes without what only functions that are sent away need", () => {
        const loaded = inProgram(`console.log(Object.keys(require.cache).join("\\n"));`);
        assert.match(loaded, /@pulumi\/pulumi\/index\.js/);
        assert.doesNotMatch(loaded, /node_modules\/(typescript|@npmcli)\//);
    });

    it("loads that when it is called", () => {
        const script = `pulumi.runtime.serializeFunction(() => 42).then(({ text }) => console.log(text));`;
        assert.match(inProgram(script), /return \(\) => 42;/);
    });

    it("has every function of the modules that it puts off", () => {
        for (const [request, names] of Object.entries(ON_CALL)) {
            const script = `
                delete require.cache[require.resolve("${request}")];
                console.log(Object.keys(require("${request}")).join());`;
            assert.deepEqual(inProgram(script).split(",").sort(), [...names].sort(), request);
        }
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
