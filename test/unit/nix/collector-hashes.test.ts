import assert from "node:assert/strict";
import { chmodSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { narHash } from "../../../tools/charts/nar";
import {
    committedHashes,
    differingHashes,
    folderHash,
    hashesText,
    NIX_HASHES,
    type NixHashes,
} from "../../../tools/collector/nix-hashes";
import { withFolder, writeFiles } from "../../helpers/chart-archives";

const HASHES: NixHashes = { collector: { vendorHash: "a" }, builder: { hash: "b", vendorHash: "c" } };

describe("the hashes that Nix builds the collector with", () => {
    it("are committed in the form that the command writes", () => {
        const text = readFileSync(NIX_HASHES, "utf8");
        assert.equal(hashesText(committedHashes(".")), text);
        for (const hash of text.match(/"sha256-[^"]*"/g) ?? []) assert.match(hash, /^"sha256-[A-Za-z0-9+/]{43}="$/);
        assert.equal(text.match(/"sha256-/g)?.length, 3);
    });

    it("are named where they differ, and only there", () => {
        assert.deepEqual(differingHashes(HASHES, HASHES), []);
        assert.deepEqual(differingHashes({ ...HASHES, collector: { vendorHash: "x" } }, HASHES), [
            "collector.vendorHash",
        ]);
        const both = differingHashes({ ...HASHES, builder: { hash: "x", vendorHash: "y" } }, HASHES);
        assert.deepEqual(both, ["builder.hash", "builder.vendorHash"]);
    });

    it("are those of plain files; what Nix would hash otherwise is refused", () =>
        withFolder((folder) => {
            writeFiles(folder, { "a/b.go": "package b", "modules.txt": "# x" });
            const files = new Map([
                ["a/b.go", Buffer.from("package b")],
                ["modules.txt", Buffer.from("# x")],
            ]);
            assert.equal(folderHash(folder), narHash(files));
            chmodSync(join(folder, "modules.txt"), 0o755);
            assert.throws(() => folderHash(folder), /modules\.txt is a link or a program/);
            chmodSync(join(folder, "modules.txt"), 0o644);
            symlinkSync("b.go", join(folder, "a", "c.go"));
            assert.throws(() => folderHash(folder), /c\.go is a link/);
        }));
});
