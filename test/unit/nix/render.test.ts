import assert from "node:assert/strict";
import { chmodSync, existsSync, statSync, symlinkSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../../../components/config/problems";
import { nixOnPath, nixSystem } from "../../../tools/nix/nix";
import { readTree, treeChanges, writeTree } from "../../../tools/lib/tree";
import { environmentNames, renderStack } from "../../../tools/nix/render";
import { withFolder, writeFiles } from "../../helpers/chart-archives";

const OLD = new Date("2020-01-01T00:00:00Z");

describe("writeTree", () => {
    it("makes a folder have exactly the tree's files, and takes away folders that are empty then", () =>
        withFolder((folder) => {
            writeFiles(folder, { "demo/a.yaml": "a", "demo/b.yaml": "b", "gone/deep/c.yaml": "c" });
            const tree = new Map([
                ["demo/a.yaml", "a"],
                ["demo/b.yaml", "new"],
                ["more/d.yaml", "d"],
            ]);
            assert.deepEqual(writeTree(folder, tree), {
                written: ["demo/b.yaml", "more/d.yaml"],
                removed: ["gone/deep/c.yaml"],
            });
            assert.deepEqual(readTree(folder), tree);
            assert.ok(!existsSync(join(folder, "gone")));
        }));

    it("does not touch what is the same", () =>
        withFolder((folder) => {
            writeFiles(folder, { "demo/a.yaml": "a" });
            utimesSync(join(folder, "demo/a.yaml"), OLD, OLD);
            assert.deepEqual(writeTree(folder, new Map([["demo/a.yaml", "a"]])), { written: [], removed: [] });
            assert.deepEqual(statSync(join(folder, "demo/a.yaml")).mtime, OLD);
        }));

    it("makes the folder where there is none", () =>
        withFolder((folder) => {
            const inside = join(folder, "manifests", "mine");
            writeTree(inside, new Map([["demo/a.yaml", "a"]]));
            assert.deepEqual([...readTree(inside).keys()], ["demo/a.yaml"]);
        }));
});

describe("readTree", () => {
    it("follows links, as what Nix makes is full of them", () =>
        withFolder((folder) => {
            writeFiles(folder, { "store/app/a.yaml": "a" });
            symlinkSync(join(folder, "store/app/a.yaml"), join(folder, "store/b.yaml"));
            assert.deepEqual(readTree(join(folder, "store")).get("b.yaml"), "a");
            assert.equal(readTree(join(folder, "nowhere")).size, 0);
        }));
});

describe("treeChanges", () => {
    it("is empty for equal trees, whatever their order", () => {
        const changes = treeChanges(
            new Map([
                ["a", "1"],
                ["b", "2"],
            ]),
            new Map([
                ["b", "2"],
                ["a", "1"],
            ]),
        );
        assert.deepEqual(changes, { written: [], removed: [] });
    });
});

describe("renderStack", () => {
    const path = process.env["PATH"];
    afterEach(() => {
        process.env["PATH"] = path;
    });

    async function refusal(stack: string): Promise<string> {
        const outcome = await renderStack(process.cwd(), stack).catch((error: unknown) => error);
        assert.ok(outcome instanceof UserError, String(outcome));
        return outcome.message;
    }

    it("names the stacks that there are", async () => {
        assert.deepEqual(environmentNames("."), ["cilium", "dev-fast", "full"]);
        assert.match(await refusal("ful"), /ful: has no file in nix\/stacks\n.*cilium, dev-fast, full/);
    });

    it("says what to do without Nix", () =>
        withFolder(async (folder) => {
            process.env["PATH"] = folder;
            assert.equal(nixOnPath(), undefined);
            assert.match(await refusal("full"), /nix: is not on PATH\n.*install Nix.*or edit.*manifests\/full by hand/);
        }));

    it("reads what Nix has built, and passes on what Nix says where it refuses", () =>
        withFolder(async (folder) => {
            writeFiles(folder, {
                "result/demo/a.yaml": "a",
                nix: `#!/bin/sh
case "$*" in
*"#nixidyEnvs.${String(nixSystem())}.full.environmentPackage"*) echo "${folder}/result" ;;
*) echo "• Updated input 'nixpkgs':" >&2; echo "error: no replicas" >&2; exit 1 ;;
esac
`,
            });
            chmodSync(join(folder, "nix"), 0o755);
            process.env["PATH"] = `${folder}:/bin:/usr/bin`;
            assert.deepEqual([...(await renderStack(process.cwd(), "full"))], [["demo/a.yaml", "a"]]);
            const message = await refusal("cilium");
            assert.match(message, /nothing was rendered for stack cilium/);
            assert.match(message, /error: no replicas/);
            assert.doesNotMatch(message, /Updated input/);
        }));
});

describe("nixSystem", () => {
    it("is one of the flake's four, or none", () => {
        assert.equal(nixSystem("linux", "x64"), "x86_64-linux");
        assert.equal(nixSystem("darwin", "arm64"), "aarch64-darwin");
        assert.equal(nixSystem("win32", "x64"), undefined);
        assert.equal(nixSystem("linux", "riscv64"), undefined);
    });
});
