import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bundleStandIn } from "../../../../tools/install/stand-in";
import { projectRoot } from "../../../../tools/lib/paths";

describe("a stand-in", () => {
    let root: string;

    beforeEach(() => {
        root = mkdtempSync(join(tmpdir(), "hearth stand-in's "));
        mkdirSync(join(root, "project", "tools", "plugins", "demo"), { recursive: true });
        mkdirSync(join(root, "project", "node_modules", "greeting"), { recursive: true });
        copyFileSync(join(projectRoot(), "tsconfig.json"), join(root, "project", "tsconfig.json"));
        writeFileSync(join(root, "project", "node_modules", "greeting", "index.js"), `module.exports = "hello";`);
        writeFileSync(
            join(root, "project", "tools", "plugins", "demo", "main.ts"),
            `import greeting from "greeting";
             class Named {}
             console.log([greeting, Named.name, ...process.argv.slice(2)].join("|"));`,
        );
    });

    afterEach(() => rmSync(root, { recursive: true }));

    it("runs without the checkout that it came from, through a link, with any arguments", async () => {
        const partial = join(root, "partial");
        const final = join(root, "final");
        mkdirSync(partial);
        await bundleStandIn(join(root, "project"), "demo", "pulumi-demo", partial, final);
        renameSync(partial, final);
        rmSync(join(root, "project"), { recursive: true });
        symlinkSync(join(final, "pulumi-demo"), join(root, "link"));
        const { stdout, status } = spawnSync(join(root, "link"), ["a b", "$HOME"], { encoding: "utf8" });
        assert.equal(stdout, "hello|Named|a b|$HOME\n");
        assert.equal(status, 0);
    });

    it("without sources is a mistake of ours", async () => {
        await assert.rejects(
            bundleStandIn(join(root, "project"), "nope", "x", root, root),
            /^Error: tools\/plugins\/nope\/main\.ts is missing$/,
        );
    });
});
