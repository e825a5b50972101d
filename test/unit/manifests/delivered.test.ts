import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { deliveredFiles } from "../../../tools/manifests/delivered";

describe("what Argo CD takes of the checkout", () => {
    let project: string;
    before(() => {
        project = mkdtempSync(join(tmpdir(), "hearth-delivered-"));
        for (const path of ["manifests/full/demo/web.yaml", "manifests/full/shop/a.yaml", "manifests/cilium/x/a.yaml"]) {
            mkdirSync(dirname(join(project, path)), { recursive: true });
            writeFileSync(join(project, path), `# ${path}\n`);
        }
    });
    after(() => rmSync(project, { recursive: true }));

    it("is all below the path, by its place in the checkout", () => {
        assert.deepEqual(
            [...deliveredFiles(project, { path: "manifests/full/*", without: [] })],
            [
                ["manifests/full/demo/web.yaml", "# manifests/full/demo/web.yaml\n"],
                ["manifests/full/shop/a.yaml", "# manifests/full/shop/a.yaml\n"],
            ],
        );
    });

    it("is not what the settings leave out", () => {
        const files = deliveredFiles(project, { path: "manifests/full/*", without: ["manifests/full/demo"] });
        assert.deepEqual([...files.keys()], ["manifests/full/shop/a.yaml"]);
    });

    it("is one folder where the path names one, and nothing where there is none", () => {
        const keys = (path: string): readonly string[] => [...deliveredFiles(project, { path, without: [] }).keys()];
        assert.deepEqual(keys("manifests/full/shop"), ["manifests/full/shop/a.yaml"]);
        assert.deepEqual(keys("apps/*"), []);
    });
});
