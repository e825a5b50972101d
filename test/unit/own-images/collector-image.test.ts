import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Parser, type ReadEntry } from "tar";
import { UserError } from "../../../components/config/problems";
import { ownImageArchive } from "../../../tools/own-images/build";
import { dockerArchive, sha256, type SingleFileImage } from "../../../tools/own-images/docker-archive";
import { hostArchitecture, imageKey, programFile, recipe } from "../../../tools/own-images/recipe";
import { COLLECTOR_IMAGE } from "../../../tools/own-images/specs";

const PROGRAM = Buffer.from("not a real program".repeat(100));
const { build: GO_BUILD, image: IMAGE } = COLLECTOR_IMAGE;
const SPEC: SingleFileImage = { ...IMAGE, architecture: "amd64", labels: { a: "b" }, madeBy: "a test" };

interface Entry {
    readonly content: Buffer;
    readonly mode: number | undefined;
    readonly uid: number | undefined;
    readonly mtime: number | undefined;
}

/** Reads a tar as any other program would. */
async function unpack(archive: Uint8Array): Promise<ReadonlyMap<string, Entry>> {
    const entries = new Map<string, Entry>();
    await new Promise<void>((resolve, reject) => {
        const parser = new Parser({ strict: true });
        parser.on("entry", (entry: ReadEntry) => {
            const parts: Buffer[] = [];
            const { path, mode, uid, mtime } = entry;
            entry.on("data", (part: Buffer) => parts.push(part));
            entry.on("end", () =>
                entries.set(path, { content: Buffer.concat(parts), mode, uid, mtime: mtime?.getTime() }),
            );
        });
        parser.on("end", () => resolve());
        parser.on("error", reject);
        parser.end(Buffer.from(archive));
    });
    return entries;
}

describe("the collector's image archive", () => {
    it("is what docker save writes: every name is the hash of what it names", async () => {
        const entries = await unpack(Buffer.concat(dockerArchive(SPEC, PROGRAM)));
        const [manifest] = JSON.parse(String(entries.get("manifest.json")?.content));
        assert.deepEqual(manifest.RepoTags, ["hearth.local/otel-collector:0.159.0"]);
        const configBytes = entries.get(manifest.Config)?.content ?? Buffer.alloc(0);
        assert.equal(manifest.Config, `${sha256([configBytes])}.json`);
        const config = JSON.parse(String(configBytes));
        const [layerFile] = manifest.Layers;
        const layer = entries.get(layerFile)?.content ?? Buffer.alloc(0);
        assert.deepEqual(config.rootfs, { type: "layers", diff_ids: [`sha256:${sha256([layer])}`] });
        assert.equal(entries.size, 3);
        assert.deepEqual([config.os, config.architecture], ["linux", "amd64"]);
        assert.deepEqual([config.config.User, config.config.Entrypoint], ["10001:10001", ["/otelcol"]]);
    });

    it("holds the program and nothing else", async () => {
        const entries = await unpack(Buffer.concat(dockerArchive(SPEC, PROGRAM)));
        const layer = [...entries].find(([path]) => path.endsWith("layer.tar"))?.[1].content ?? Buffer.alloc(0);
        const files = await unpack(layer);
        assert.deepEqual([...files.keys()], ["otelcol"]);
        const file = files.get("otelcol");
        assert.deepEqual(file?.content, PROGRAM);
        assert.deepEqual([file.mode, file.uid, file.mtime], [0o755, 0, 0]);
    });

    it("is the same byte for byte, whenever and in whichever cache it is made", async () => {
        const made = [];
        for (const round of [1, 2]) {
            const cache = mkdtempSync(join(tmpdir(), "hearth-image-"));
            mkdirSync(join(cache, "images"));
            writeFileSync(
                join(cache, "images", programFile(recipe(process.cwd(), COLLECTOR_IMAGE), COLLECTOR_IMAGE)),
                PROGRAM,
            );
            if (round === 2) await new Promise((resolve) => setTimeout(resolve, 1100));
            const image = await ownImageArchive(COLLECTOR_IMAGE, { cache });
            assert.equal(image.sha256, createHash("sha256").update(readFileSync(image.path)).digest("hex"));
            assert.equal(image.reference, IMAGE.reference);
            made.push(image.sha256);
            rmSync(cache, { recursive: true });
        }
        assert.equal(made[0], made[1]);
    });

    it("is another one for another program, machine or name", () => {
        const hashes = [
            sha256(dockerArchive(SPEC, PROGRAM)),
            sha256(dockerArchive(SPEC, Buffer.from("another"))),
            sha256(dockerArchive({ ...SPEC, architecture: "arm64" }, PROGRAM)),
            sha256(dockerArchive({ ...SPEC, reference: "hearth.local/otel-collector:1" }, PROGRAM)),
        ];
        assert.equal(new Set(hashes).size, hashes.length);
    });
});

describe("the key of the collector's build", () => {
    it("follows the sources and the architecture, and nothing else", () => {
        const project = mkdtempSync(join(tmpdir(), "hearth-recipe-"));
        try {
            cpSync("collector/src", join(project, "collector/src"), { recursive: true });
            const before = recipe(project, COLLECTOR_IMAGE, "amd64").key;
            assert.equal(before, recipe(process.cwd(), COLLECTOR_IMAGE, "amd64").key);
            assert.notEqual(before, recipe(project, COLLECTOR_IMAGE, "arm64").key);
            writeFileSync(join(project, "collector/src/.DS_Store"), "litter");
            assert.equal(recipe(project, COLLECTOR_IMAGE, "amd64").key, before);
            writeFileSync(join(project, "collector/src/go.sum"), "changed");
            assert.notEqual(recipe(project, COLLECTOR_IMAGE, "amd64").key, before);
            assert.notEqual(
                imageKey(recipe(project, COLLECTOR_IMAGE, "amd64"), COLLECTOR_IMAGE),
                imageKey({ key: before }, COLLECTOR_IMAGE),
            );
        } finally {
            rmSync(project, { recursive: true });
        }
    });

    it("exists for machines that Kind has node images for, and is refused with a way out elsewhere", () => {
        assert.equal(hostArchitecture(COLLECTOR_IMAGE, "x64"), "amd64");
        assert.equal(hostArchitecture(COLLECTOR_IMAGE, "arm64"), "arm64");
        assert.throws(() => hostArchitecture(COLLECTOR_IMAGE, "riscv64"), UserError);
    });
});

describe("collector/Dockerfile", () => {
    const text = readFileSync("collector/Dockerfile", "utf8");

    it("makes the same image as the archive", () => {
        for (const [name, value] of Object.entries(GO_BUILD.environment)) {
            assert.ok(text.includes(`${name}=${/ /.test(value) ? `"${value}"` : value} `), name);
        }
        assert.ok(text.includes(`-tags ${GO_BUILD.tags} -ldflags "${GO_BUILD.ldflags}"`));
        assert.match(text, /^FROM scratch$/m);
        assert.ok(text.includes(`USER ${IMAGE.user}\n`));
        assert.ok(text.includes(`EXPOSE ${IMAGE.ports.join(" ")}\n`));
        assert.ok(text.includes(`ENTRYPOINT ["${IMAGE.entrypoint}"]\n`));
        assert.ok(text.includes(`--tag ${IMAGE.reference} `));
    });
});
