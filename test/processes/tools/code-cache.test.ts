import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const SCRIPT = join(__dirname, "..", "..", "..", "tools", "code-cache.js");

describe("code of npm packages, compiled once", function () {
    this.timeout(30_000);
    let root: string;

    beforeEach(() => {
        root = mkdtempSync(join(tmpdir(), "hearth-code-"));
        for (const folder of ["tools", "node_modules/answer"]) mkdirSync(join(root, folder), { recursive: true });
        copyFileSync(SCRIPT, join(root, "tools", "code-cache.js"));
        writeFileSync(
            join(root, "main.js"),
            `require("./tools/code-cache").keepCodeOfPackages("test"); console.log(require("answer").answer());`,
        );
        answerIs("41 + 1");
    });
    afterEach(() => rmSync(root, { recursive: true }));

    const answerIs = (expression: string): void =>
        writeFileSync(
            join(root, "node_modules/answer/index.js"),
            `#!/usr/bin/env node\nexports.answer = () => ${expression};\n`,
        );
    const run = (): string => {
        const { status, stdout, stderr } = spawnSync(process.execPath, ["main.js"], { cwd: root, encoding: "utf8" });
        assert.equal(status, 0, stderr);
        return stdout.trim();
    };
    const cached = (): readonly string[] =>
        readdirSync(join(root, "node_modules/.cache/hearth"), { recursive: true, encoding: "utf8" });

    it("is kept by the first process, and the same in the second", () => {
        assert.equal(run(), "42");
        const files = cached();
        assert.ok(files.length > 0);
        assert.equal(run(), "42");
        assert.deepEqual(cached(), files);
    });

    it("is not run once the package has changed, even to a text as long as before", () => {
        assert.equal(run(), "42");
        answerIs("41 + 2");
        assert.equal(run(), "43");
        assert.equal(run(), "43");
    });

    it("does no harm where what is kept is damaged", () => {
        assert.equal(run(), "42");
        for (const name of cached()) {
            if (name.endsWith(".code")) truncateSync(join(root, "node_modules/.cache/hearth", name), 60);
        }
        assert.equal(run(), "42");
    });

    it("lets a package find others, itself and files of its own", () => {
        mkdirSync(join(root, "node_modules/other"));
        writeFileSync(join(root, "node_modules/other/index.js"), `module.exports = 40;`);
        answerIs(
            `[require("other") + 2, require.resolve("other").endsWith("index.js"), module.id === __filename,
              require.main.filename.endsWith("main.js"), require.cache[__filename] === module].join()`,
        );
        assert.equal(run(), "42,true,true,true,true");
        assert.equal(run(), "42,true,true,true,true");
    });
});
