import assert from "node:assert/strict";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseImage } from "../../../components/config/images";
import { UserError } from "../../../components/config/problems";
import { pinnedImage } from "../../../components/config/versions";
import { REGISTRY } from "../../../tools/charts/update";
import { ownImageArchive } from "../../../tools/own-images/build";
import { recipe, sourcesTag, tagProblem } from "../../../tools/own-images/recipe";
import { COLLECTOR_IMAGE, DEMO_IMAGE } from "../../../tools/own-images/specs";
import { writeTag } from "../../../tools/own-images/tag";

const RENDERED = "manifests/full/demo/Deployment-shop-backend.yaml";

describe("the tag of the demo's image", () => {
    let project: string;

    beforeEach(() => {
        project = mkdtempSync(join(tmpdir(), "hearth-demo-"));
        for (const path of ["demo", REGISTRY, "manifests"]) cpSync(path, join(project, path), { recursive: true });
    });
    afterEach(() => rmSync(project, { recursive: true }));

    it("is made of the sources; make demo ARGS=--write-tag writes it", () => {
        assert.equal(parseImage(pinnedImage("demo"))?.tag, sourcesTag(process.cwd(), DEMO_IMAGE));
        assert.equal(tagProblem(process.cwd(), DEMO_IMAGE), undefined);
    });

    it("changes with the program and its modules, and not with its tests or litter", () => {
        const before = sourcesTag(project, DEMO_IMAGE);
        for (const [file, changes] of [
            ["shop_test.go", false],
            ["README", false],
            ["main.go", true],
            ["go.sum", true],
        ] as const) {
            const tag = sourcesTag(project, DEMO_IMAGE);
            writeFileSync(join(project, "demo", file), "changed");
            assert.equal(sourcesTag(project, DEMO_IMAGE) !== tag, changes, file);
        }
        assert.notEqual(sourcesTag(project, DEMO_IMAGE), before);
    });

    it("is the same on every kind of machine, on which the program is another one", () => {
        const keys = (["amd64", "arm64"] as const).map((machine) => recipe(project, DEMO_IMAGE, machine).key);
        assert.equal(new Set([...keys, sourcesTag(project, DEMO_IMAGE)]).size, 3);
    });

    it("is written where the image is named, and nowhere else", () => {
        assert.deepEqual(writeTag(project, DEMO_IMAGE), []);
        writeFileSync(join(project, "demo", "main.go"), "package main\n");
        const written = writeTag(project, DEMO_IMAGE);
        assert.ok(written.includes(REGISTRY) && written.includes(RENDERED), String(written));
        const tag = sourcesTag(project, DEMO_IMAGE);
        assert.ok(readFileSync(join(project, RENDERED), "utf8").includes(`hearth.local/demo:${tag}`));
        const collector = pinnedImage("otel-collector");
        assert.ok(readFileSync(join(project, REGISTRY), "utf8").includes(`"${collector}"`));
        assert.deepEqual(writeTag(project, DEMO_IMAGE), []);
    });

    it("keeps an image from being made that no manifest names", async () => {
        writeFileSync(join(project, "demo", "main.go"), "package main\n");
        const cache = join(project, "cache");
        mkdirSync(cache);
        await assert.rejects(ownImageArchive(DEMO_IMAGE, { project, cache }), (error: UserError) => {
            assert.match(error.message, /make demo ARGS=--write-tag/);
            return error instanceof UserError;
        });
        assert.equal(tagProblem(project, COLLECTOR_IMAGE), undefined);
    });
});
