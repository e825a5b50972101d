import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import {
    existsSync,
    mkdirSync,
    mkdtempSync,
    readFileSync,
    readdirSync,
    rmSync,
    statSync,
    unlinkSync,
    writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ToolCache, type Slot } from "../../../../tools/install/cache";

const SLOT: Slot = { name: "kind", version: "0.30.0", key: "abc", binaries: ["kind"] };
const CACHE = join(__dirname, "..", "..", "..", "..", "tools", "install", "cache.ts");

describe("the cache of tools", () => {
    let folder: string;
    let cache: ToolCache;

    beforeEach(() => {
        folder = join(mkdtempSync(join(tmpdir(), "hearth-cache-")), "tools");
        cache = new ToolCache(folder);
    });

    afterEach(() => rmSync(join(folder, ".."), { recursive: true }));

    const write =
        (text: string) =>
        (into: string): Promise<void> => {
            writeFileSync(join(into, "kind"), text);
            return Promise.resolve();
        };

    it("has nothing at first", () => {
        assert.equal(cache.find(SLOT), undefined);
    });

    it("has a tool after it was placed, with its origin, ready to run", async () => {
        const placed = await cache.place(SLOT, "built", write("x"));
        assert.deepEqual(placed, { origin: "built", files: { kind: join(folder, "kind-0.30.0-abc", "kind") } });
        assert.deepEqual(cache.find(SLOT), placed);
        assert.equal(statSync(placed.files["kind"] ?? "").mode & 0o777, 0o755);
    });

    it("keeps tools of other keys and versions apart", async () => {
        await cache.place(SLOT, "built", write("x"));
        assert.equal(cache.find({ ...SLOT, key: "other" }), undefined);
        assert.equal(cache.find({ ...SLOT, version: "0.31.0" }), undefined);
    });

    it("keeps nothing of a tool whose installation fails", async () => {
        await assert.rejects(
            cache.place(SLOT, "built", async (into) => {
                await write("half")(into);
                throw new Error("broken");
            }),
            /^Error: broken$/,
        );
        assert.equal(cache.find(SLOT), undefined);
        assert.deepEqual(readdirSync(folder), []);
    });

    it("keeps nothing of a tool that lacks one of its programs", async () => {
        const both = { ...SLOT, binaries: ["kind", "other"] };
        await assert.rejects(cache.place(both, "built", write("x")), { code: "ENOENT" });
        assert.deepEqual(readdirSync(folder), []);
    });

    it("takes a tool whose program was deleted for missing, and mends it", async () => {
        const { files } = await cache.place(SLOT, "built", write("x"));
        unlinkSync(files["kind"] ?? "");
        assert.equal(cache.find(SLOT), undefined);
        await cache.place(SLOT, "built", write("y"));
        assert.equal(readFileSync(files["kind"] ?? "", "utf8"), "y");
    });

    it("takes the result of the faster of two runs", async () => {
        const outer = await cache.place(SLOT, "built", async (into) => {
            await write("slow")(into);
            await cache.place(SLOT, "release", write("fast"));
        });
        assert.equal(outer.origin, "release");
        assert.equal(readFileSync(outer.files["kind"] ?? "", "utf8"), "fast");
        assert.deepEqual(readdirSync(folder), ["kind-0.30.0-abc"]);
    });

    it("has nothing half after a run was killed, and removes what that left behind", async () => {
        const script = `
            require("./tools/transpile");
            const { ToolCache } = require(process.argv[1]);
            new ToolCache(process.argv[2]).place(JSON.parse(process.argv[3]), "built", (into) => {
                require("fs").writeFileSync(into + "/kind", "half");
                console.log("working");
                return new Promise(() => setInterval(() => {}, 1000));
            });`;
        const child = spawn("node", ["-e", script, CACHE, folder, JSON.stringify(SLOT)]);
        await new Promise((resolve) => child.stdout.once("data", resolve));
        cache.removeAbandoned();
        assert.equal(readdirSync(folder).length, 1, "a run that is under way is left alone");
        child.kill("SIGKILL");
        await new Promise((resolve) => child.once("close", resolve));
        assert.equal(cache.find(SLOT), undefined);
        cache.removeAbandoned();
        assert.deepEqual(readdirSync(folder), []);
        assert.ok(existsSync(folder));
    });

    it("removes nothing but what was left behind", async () => {
        await cache.place(SLOT, "built", write("x"));
        mkdirSync(join(folder, "env-1"));
        cache.removeAbandoned();
        assert.deepEqual(readdirSync(folder).sort(), ["env-1", "kind-0.30.0-abc"]);
    });
});
