import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { archivesFingerprint, hasImages, readImagePlan } from "../../../components/cluster/image-plan";

describe("the plan of images", () => {
    let folder: string;
    beforeEach(() => {
        folder = mkdtempSync(join(tmpdir(), "hearth-images-"));
        mkdirSync(join(folder, "a"));
        writeFileSync(join(folder, "a", "one.tar"), "1");
        writeFileSync(join(folder, "a", "two.tar.gz"), "22");
        writeFileSync(join(folder, "a", "README.md"), "not an archive");
    });
    afterEach(() => rmSync(folder, { recursive: true }));

    const fingerprint = (name = "a"): string => readImagePlan([join(folder, name)]).fingerprint;

    it("changes with an archive's name, size or presence", () => {
        const seen = new Set([fingerprint()]);
        writeFileSync(join(folder, "a", "one.tar"), "longer");
        seen.add(fingerprint());
        renameSync(join(folder, "a", "one.tar"), join(folder, "a", "uno.tar"));
        seen.add(fingerprint());
        rmSync(join(folder, "a", "uno.tar"));
        seen.add(fingerprint());
        assert.equal(seen.size, 4);
    });

    it("does not change with other files, nor with the folder's place", () => {
        const before = fingerprint();
        writeFileSync(join(folder, "a", "README.md"), "changed");
        renameSync(join(folder, "a"), join(folder, "b"));
        assert.equal(fingerprint("b"), before);
    });

    it("takes single archives, and missing ones as nothing: the script names them", () => {
        assert.notEqual(readImagePlan([join(folder, "a", "one.tar")]).fingerprint, readImagePlan([]).fingerprint);
        assert.equal(readImagePlan([join(folder, "none.tar")]).fingerprint, readImagePlan([]).fingerprint);
    });

    it("is empty only without archives and images", () => {
        assert.equal(hasImages(readImagePlan([])), false);
        assert.equal(hasImages(readImagePlan(["cache:images/x.tar"])), true);
        assert.equal(hasImages(readImagePlan([], ["traefik:v3"])), true);
    });

    it("does not depend on the order in which the file system lists", () => {
        const facts = fc.array(fc.record({ name: fc.string(), size: fc.nat(), modified: fc.nat() }));
        fc.assert(
            fc.property(facts, (list) => {
                assert.equal(archivesFingerprint([...list].reverse(), []), archivesFingerprint(list, []));
            }),
        );
    });
});
