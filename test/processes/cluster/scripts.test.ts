import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { skip } from "../../helpers/skip";

const FOLDER = join(__dirname, "..", "..", "..", "components", "cluster", "scripts");

describe("the cluster's shell scripts", () => {
    const scripts = readdirSync(FOLDER).filter((name) => name.endsWith(".sh"));
    const entries = scripts.filter((name) => !name.endsWith("common.sh"));

    it("are syntactically right", () => {
        for (const name of scripts) {
            const { status, stderr } = spawnSync("bash", ["-n", join(FOLDER, name)], { encoding: "utf8" });
            assert.equal(status, 0, stderr);
        }
    });

    it("can be called, but for those that are only sourced", () => {
        const executable = scripts.filter((name) => (statSync(join(FOLDER, name)).mode & 0o111) !== 0);
        assert.deepEqual(executable, entries);
    });

    it("stop at the first failed command, by the file that all of them source first", () => {
        assert.match(readFileSync(join(FOLDER, "common.sh"), "utf8"), /^set -euo pipefail$/m);
        for (const name of entries) {
            const [first] = readFileSync(join(FOLDER, name), "utf8")
                .split("\n")
                .filter((line) => /^[^#\s]/.test(line));
            assert.equal(first, '. "${BASH_SOURCE[0]%/*}/common.sh"', name);
        }
    });

    it("keep to bash 3.2, which macOS has", () => {
        const newer = /\b(readarray|mapfile|declare -A|local -n|wait -n)\b|\$\{\w+(,,|\^\^)|&>>/;
        for (const name of scripts) assert.doesNotMatch(readFileSync(join(FOLDER, name), "utf8"), newer, name);
    });

    it("pass shellcheck", function () {
        this.timeout(30_000);
        const files = scripts.map((name) => join(FOLDER, name));
        const { error, status, stdout } = spawnSync("shellcheck", ["--external-sources", ...files], {
            encoding: "utf8",
        });
        if (error !== undefined) skip(this, "there is no shellcheck on PATH");
        assert.equal(status, 0, stdout);
    });
});
