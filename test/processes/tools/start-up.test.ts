import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";

const ROOT = join(__dirname, "..", "..", "..");

const COMMANDS = ["up", "preview", "outputs", "down"];

/** Loads commands as `tools/run.js` does, and gives the modules of Pulumi's SDK that came along with each. */
function sdkModules(): Readonly<Record<string, readonly string[]>> {
    const script = `
        require("./tools/transpile");
        const sdk = () => Object.keys(require.cache).filter((file) => file.includes("/@pulumi/"));
        const load = (name) => { const known = sdk(); require("./tools/commands/" + name + ".ts"); return sdk().slice(known.length); };
        console.log(JSON.stringify(Object.fromEntries(${JSON.stringify(COMMANDS)}.map((name) => [name, load(name)]))));`;
    const { status, stdout, stderr } = spawnSync(process.execPath, ["-e", script], { cwd: ROOT, encoding: "utf8" });
    assert.equal(status, 0, stderr);
    return JSON.parse(stdout) as Readonly<Record<string, readonly string[]>>;
}

describe("the start of a command", function () {
    this.timeout(30_000);

    // Loading it takes a second, which is what an unchanged `make up` may take as a whole.
    it("loads nothing of Pulumi's SDK for up, preview, outputs and down", () => {
        assert.deepEqual(sdkModules(), Object.fromEntries(COMMANDS.map((name) => [name, []])));
    });
});
