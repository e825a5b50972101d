import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";

const ROOT = join(__dirname, "..", "..", "..");

/** Loads a command as `tools/run.js` does, and prints the modules of Pulumi's SDK that came along. */
function sdkModules(command: string): string {
    const script = `
        require("./tools/transpile");
        require("./tools/commands/${command}.ts");
        console.log(Object.keys(require.cache).filter((file) => file.includes("/@pulumi/")).join("\\n"));`;
    const { status, stdout, stderr } = spawnSync(process.execPath, ["-e", script], { cwd: ROOT, encoding: "utf8" });
    assert.equal(status, 0, stderr);
    return stdout.trim();
}

describe("the start of a command", function () {
    this.timeout(30_000);

    // Loading it takes a second, which is what an unchanged `make up` may take as a whole.
    for (const command of ["up", "preview", "outputs", "down"]) {
        it(`${command} loads nothing of Pulumi's SDK`, () => {
            assert.equal(sdkModules(command), "");
        });
    }
});
