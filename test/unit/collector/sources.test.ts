import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { parseImage } from "../../../components/config/images";
import { pinnedImage } from "../../../components/config/versions";
import { UserError } from "../../../components/config/problems";
import { MANIFEST, parseManifest } from "../../../tools/collector/generated";
import { loadCommand } from "../../../tools/main";

describe("the collector's sources", () => {
    const { dist, modules } = parseManifest(readFileSync(MANIFEST, "utf8"));

    it("have one version: of the manifest, of our image, of upstream's image", () => {
        assert.equal(parseImage(pinnedImage("otel-collector"))?.tag, dist["version"]);
        assert.equal(parseImage(pinnedImage("otel-collector-upstream"))?.tag, dist["version"]);
        const components = modules.filter(({ path }) => !path.includes("/provider/"));
        assert.deepEqual([...new Set(components.map(({ version }) => version))], [`v${dist["version"]}`]);
    });

    it("require every module of the manifest in its version, and pin it by hash", () => {
        const goMod = readFileSync("collector/src/go.mod", "utf8");
        const goSum = readFileSync("collector/src/go.sum", "utf8");
        assert.match(goMod, new RegExp(`^module ${dist["module"]}$`, "m"));
        for (const { path, version } of modules) {
            assert.ok(goMod.includes(`\t${path} ${version}\n`), `${path} in go.mod`);
            assert.ok(goSum.includes(`${path} ${version} h1:`), `${path} in go.sum`);
        }
    });

    it("need no Go that is newer than what the README asks for", () => {
        const [, needed] = /^go (\d+\.\d+)/m.exec(readFileSync("collector/src/go.mod", "utf8")) ?? [];
        assert.equal(needed, "1.25");
    });

    it("load no configuration over the network", () => {
        const main = readFileSync("collector/src/main.go", "utf8");
        assert.doesNotMatch(main, /httpprovider|httpsprovider/);
    });
});

describe("the command collector", () => {
    it("refuses every option that it does not know, at once", async () => {
        const { run } = await loadCommand("collector");
        await assert.rejects(run(["--imaeg", "--image", "-x"]), (error) => {
            assert.ok(error instanceof UserError);
            assert.deepEqual(
                error.problems.map(({ where }) => where),
                ["--imaeg", "-x"],
            );
            return true;
        });
    });
});
