import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathFolders, programOnPath, searchPath, searchPulumiHome } from "../../../../tools/install/on-path";
import { toolSpec } from "../../../../tools/registry";

describe("looking for the user's own tools", () => {
    let root: string;
    let own: string;

    beforeEach(() => {
        root = realpathSync(mkdtempSync(join(tmpdir(), "hearth-path-")));
        own = join(root, "cache");
    });

    afterEach(() => rmSync(root, { recursive: true }));

    /** A program that prints a text; `/bin` is on PATH for its shell. */
    function program(folder: string, name: string, text: string, status = 0): string {
        const file = join(root, folder, name);
        mkdirSync(join(root, folder), { recursive: true });
        writeFileSync(file, `#!/bin/sh\necho '${text}'\nexit ${status}\n`, { mode: 0o755 });
        return file;
    }

    const path = (...folders: readonly string[]): string => folders.map((folder) => join(root, folder)).join(":");
    const search = (name: Parameters<typeof toolSpec>[0], ...folders: readonly string[]) =>
        searchPath(toolSpec(name), { PATH: path(...folders) }, own);

    it("finds a suitable one and its version", async () => {
        const kind = program("bin", "kind", "kind version 0.31.0");
        assert.deepEqual(await search("kind", "bin"), { found: { version: "0.31.0", files: { kind } } });
    });

    it("finds nothing where there is nothing", async () => {
        assert.deepEqual(await search("kind", "bin"), {});
    });

    it("passes over one that is too old or too new, and says so", async () => {
        const kind = program("bin", "kind", "kind version 0.26.0");
        assert.deepEqual(await search("kind", "bin"), {
            passedOver: `${kind} is 0.26.0, and needed is 0.27.0 or newer, but below 1.0.0`,
        });
        program("bin", "kwok", "kwok version v0.8.0");
        program("bin", "kwokctl", "kwokctl version v0.8.0");
        assert.match((await search("kwok", "bin")).passedOver ?? "", /kwok is 0\.8\.0/);
    });

    it("passes over one that does not run", async () => {
        program("bin", "kind", "cannot", 1);
        assert.match((await search("kind", "bin")).passedOver ?? "", /kind does not tell its version$/);
        writeFileSync(join(root, "bin", "kind"), "no program", { mode: 0o755 });
        assert.match((await search("kind", "bin")).passedOver ?? "", /kind does not (start|tell)/);
    });

    it("needs all programs of a tool", async () => {
        program("bin", "kwokctl", "kwokctl version v0.7.0");
        assert.match((await search("kwok", "bin")).passedOver ?? "", /kwokctl is there, but kwok is not$/);
    });

    it("looks only at the one that a shell would start", async () => {
        program("old", "kind", "kind version 0.1.0");
        program("new", "kind", "kind version 0.31.0");
        assert.match((await search("kind", "old", "new")).passedOver ?? "", /old\/kind is 0\.1\.0/);
    });

    it("does not take Hearth's own tools for the user's", async () => {
        program("cache/tools/env-1/bin", "kind", "kind version 0.30.0");
        assert.deepEqual(await search("kind", "cache/tools/env-1/bin"), {});
        assert.equal(programOnPath("kind", path("cache/tools/env-1/bin"), own), undefined);
    });

    it("skips files that cannot be run, and folders", async () => {
        mkdirSync(join(root, "a", "kind"), { recursive: true });
        mkdirSync(join(root, "b"));
        writeFileSync(join(root, "b", "kind"), "", { mode: 0o644 });
        const kind = program("c", "kind", "kind version 0.30.0");
        assert.equal(programOnPath("kind", path("a", "b", "c"), own), kind);
    });

    it("needs Pulumi's language host beside the program that the engine really is", async () => {
        const real = program("opt", "pulumi", "v3.250.0");
        mkdirSync(join(root, "bin"));
        symlinkSync(real, join(root, "bin", "pulumi"));
        program("bin", "pulumi-language-nodejs", "beside the link, where the engine does not look");
        assert.match((await search("pulumi", "bin")).passedOver ?? "", /has no pulumi-language-nodejs beside it$/);
        program("opt", "pulumi-language-nodejs", "");
        assert.equal((await search("pulumi", "bin")).found?.version, "3.250.0");
    });

    it("never takes the simulated control plane from PATH", async () => {
        for (const binary of toolSpec("control-plane").binaries) program("bin", binary, "v1.34.3");
        assert.deepEqual(await search("control-plane", "bin"), {});
    });

    it("leaves relative and empty folders out of PATH: what they mean changes with the working directory", () => {
        assert.deepEqual(pathFolders(`/usr/bin::.:bin:${own}:${own}/tools/env-1/bin:${own}er`, own), [
            "/usr/bin",
            `${own}er`,
        ]);
    });

    describe("in the user's Pulumi home", () => {
        const spec = toolSpec("command-provider");
        const plugin = (version: string): string => join("home", ".pulumi", "plugins", `resource-command-v${version}`);

        it("finds the plugin of the very version", () => {
            const file = program(plugin("1.2.1"), "pulumi-resource-command", "");
            const expected = { found: { version: "1.2.1", files: { "pulumi-resource-command": file } } };
            assert.deepEqual(searchPulumiHome(spec, { HOME: join(root, "home") }, own), expected);
            assert.deepEqual(searchPulumiHome(spec, { PULUMI_HOME: join(root, "home", ".pulumi") }, own), expected);
        });

        it("takes no other version and no half installation", () => {
            program(plugin("1.0.0"), "pulumi-resource-command", "");
            assert.deepEqual(searchPulumiHome(spec, { HOME: join(root, "home") }, own), {});
            program(plugin("1.2.1"), "pulumi-resource-command", "");
            writeFileSync(join(root, `${plugin("1.2.1")}.partial`), "");
            assert.deepEqual(searchPulumiHome(spec, { HOME: join(root, "home") }, own), {});
        });

        it("does not take Hearth's own home for the user's", () => {
            const home = join("cache", "pulumi-home", "1");
            program(join(home, "plugins", "resource-command-v1.2.1"), "pulumi-resource-command", "");
            assert.deepEqual(searchPulumiHome(spec, { PULUMI_HOME: join(root, home) }, own), {});
        });
    });
});
