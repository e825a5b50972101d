import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { flakeInputs, lockProblems, type FlakeLock } from "../../helpers/flake";

const FLAKE = readFileSync("flake.nix", "utf8");
const LOCK = JSON.parse(readFileSync("flake.lock", "utf8")) as FlakeLock;

function node(name: string, change: object): FlakeLock {
    return { ...LOCK, nodes: { ...LOCK.nodes, [name]: { ...LOCK.nodes[name], ...change } } };
}

describe("flake.lock", () => {
    it("is the lock of flake.nix", () => {
        assert.deepEqual(lockProblems(FLAKE, LOCK), []);
    });

    it("has three inputs of ours, and nixhelm as plain source", () => {
        const inputs = flakeInputs(FLAKE);
        assert.deepEqual(Object.keys(inputs).sort(), ["nixhelm", "nixidy", "nixpkgs"]);
        assert.equal(inputs["nixhelm"]?.flake, false);
        assert.deepEqual(inputs["nixidy"]?.follows, { nixpkgs: "nixpkgs" });
    });

    it("would not pass with another input, another version, a flake for a source, or one that follows nobody", () => {
        const changed: readonly (readonly [string, string, RegExp])[] = [
            ["    nixpkgs.url", '    more.url = "github:a/b";\n    nixpkgs.url', /inputs are more,/],
            ["nixidy/v0.22.1", "nixidy/v0.23.0", /nixidy: github:arnarg\/nixidy\/v0\.23\.0 is not what is locked/],
            ["      flake = false;\n", "", /nixhelm: it is a flake/],
            ['inputs.nixpkgs.follows = "nixpkgs"', 'inputs.flake-utils.follows = "nixpkgs"', /does not follow nixpkgs/],
        ];
        for (const [from, to, problem] of changed) {
            assert.ok(FLAKE.includes(from), from);
            assert.match(lockProblems(FLAKE.replace(from, to), LOCK).join("\n"), problem);
        }
    });

    it("would not pass without a commit, a hash or a node, nor with a node too many", () => {
        const noCommit = { ...LOCK.nodes["nixidy"]?.locked, rev: undefined };
        assert.deepEqual(lockProblems(FLAKE, node("nixidy", { locked: noCommit })), ["nixidy: no commit"]);
        const noHash = { ...LOCK.nodes["nixpkgs"]?.locked, narHash: "sha256-short=" };
        assert.deepEqual(lockProblems(FLAKE, node("nixpkgs", { locked: noHash })), ["nixpkgs: no hash"]);
        const without = Object.fromEntries(Object.entries(LOCK.nodes).filter(([name]) => name !== "systems"));
        assert.deepEqual(lockProblems(FLAKE, { ...LOCK, nodes: without }), ["systems is not locked"]);
        const spare = lockProblems(FLAKE, node("spare", { locked: LOCK.nodes["nixpkgs"]?.locked }));
        assert.deepEqual(spare, ["spare is nobody's input"]);
    });

    it("is not read where inputs are computed", () => {
        assert.throws(() => flakeInputs('{\n  inputs = {a.url = "x" + "y";};\n}'), /stands where ; should/);
        assert.throws(() => flakeInputs("{\n  inputs = {a.url = url;};\n}"), /url is no plain value/);
        assert.throws(() => flakeInputs("{ }"), /no inputs/);
    });
});
