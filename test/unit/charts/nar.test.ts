import assert from "node:assert/strict";
import fc from "fast-check";
import { narHash } from "../../../tools/charts/nar";

function tree(files: Readonly<Record<string, string>>): string {
    return narHash(new Map(Object.entries(files).map(([path, content]) => [path, Buffer.from(content)])));
}

describe("narHash", () => {
    it("gives Nix's hash of an empty folder", () => {
        assert.equal(tree({}), "sha256-pQpattmS9VmO3ZIQUFn66az8GSmB4IvYhTTCFn6SUmo=");
    });

    it("does not depend on the order in which an archive has its files", () => {
        const files = [...Object.entries({ "Chart.yaml": "a", "templates/b.yaml": "b", "templates/a.yaml": "c" })];
        fc.assert(
            fc.property(fc.shuffledSubarray(files, { minLength: files.length }), (shuffled) => {
                assert.equal(tree(Object.fromEntries(shuffled)), tree(Object.fromEntries(files)));
            }),
        );
    });

    it("changes with any name, any byte and any move between folders", () => {
        const hashes = [{ a: "x" }, { a: "y" }, { a: "x\0" }, { b: "x" }, { "a/a": "x" }, { a: "x", b: "" }].map(
            (files) => tree(files as unknown as Readonly<Record<string, string>>),
        );
        assert.equal(new Set(hashes).size, hashes.length);
    });

    it("tells lengths apart that pad to the same size", () => {
        const lengths = [0, 1, 7, 8, 9, 16];
        assert.equal(new Set(lengths.map((length) => tree({ a: "\0".repeat(length) }))).size, lengths.length);
    });

    it("refuses a path that is a file and a folder", () => {
        assert.throws(() => tree({ a: "x", "a/b": "y" }), /a is a file and a folder/);
        assert.throws(() => tree({ "a/b": "y", a: "x" }), /a is a file and a folder/);
    });
});
