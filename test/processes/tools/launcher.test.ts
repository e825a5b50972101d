import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
    copyFileSync,
    mkdirSync,
    mkdtempSync,
    readdirSync,
    realpathSync,
    rmSync,
    symlinkSync,
    writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { projectRoot } from "../../../tools/lib/paths";

describe("the launcher of tools", () => {
    let root: string;

    beforeEach(() => {
        root = realpathSync(mkdtempSync(join(tmpdir(), "hearth-launcher-")));
        mkdirSync(join(root, "node_modules"));
        mkdirSync(join(root, "tools"));
        const files = ["tsconfig.json", "tools/run.js", "tools/code-cache.js", "tools/transpile.js"];
        for (const file of files) copyFileSync(join(projectRoot(), file), join(root, file));
        symlinkSync(join(projectRoot(), "node_modules", "typescript"), join(root, "node_modules", "typescript"));
        write(`console.log("first", process.cwd(), argv.join(" "));`);
    });

    afterEach(() => rmSync(root, { recursive: true }));

    function write(body: string): void {
        const text = `interface Unused { readonly a: string }\nexport function main(argv: readonly string[]): void {\n${body}\n}\n`;
        writeFileSync(join(root, "tools", "main.ts"), text);
    }

    function run(...args: readonly string[]): { readonly stdout: string; readonly stderr: string } {
        return spawnSync("node", [join(root, "tools", "run.js"), ...args], { cwd: "/", encoding: "utf8" });
    }

    const kept = (): readonly string[] =>
        readdirSync(join(root, "node_modules", ".cache", "hearth")).filter((name) => name.endsWith(".js"));

    it("runs TypeScript in the project's folder, wherever it is called from", () => {
        assert.equal(run("up", "--stack=full").stdout, `first ${root} up --stack=full\n`);
    });

    it("transpiles a file once, and again when it has changed", () => {
        run();
        assert.equal(kept().length, 1);
        // Without the compiler only what was kept can run.
        rmSync(join(root, "node_modules", "typescript"));
        mkdirSync(join(root, "node_modules", "typescript"));
        const manifest = join("node_modules", "typescript", "package.json");
        copyFileSync(join(projectRoot(), manifest), join(root, manifest));
        assert.match(run().stdout, /^first /);
        write(`console.log("second");`);
        assert.match(run().stderr, /Cannot find module/);
        rmSync(join(root, "node_modules", "typescript"), { recursive: true });
        symlinkSync(join(projectRoot(), "node_modules", "typescript"), join(root, "node_modules", "typescript"));
        assert.equal(run().stdout, "second\n");
        assert.equal(kept().length, 2);
    });

    it("names lines of the TypeScript file in a stack trace", () => {
        write(`\n\n    throw new Error("here");`);
        assert.match(run().stderr, /main\.ts:5:/);
    });
});
