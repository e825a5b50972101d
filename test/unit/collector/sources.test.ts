import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseImage } from "../../../components/config/images";
import { pinnedImage } from "../../../components/config/versions";
import { UserError } from "../../../components/config/problems";
import { BUILDER_MODULE } from "../../../tools/collector/builder";
import { MANIFEST, parseManifest } from "../../../tools/collector/generated";
import { COLLECTOR_IMAGE } from "../../../tools/own-images/specs";
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

    it("are made by the builder of their version, which one Go module pins by its sums", () => {
        const module = (file: string): string => readFileSync(join(BUILDER_MODULE, file), "utf8");
        const [, tool] = /^tool (\S+)$/m.exec(module("go.mod")) ?? [];
        assert.equal(tool, "go.opentelemetry.io/collector/cmd/builder");
        assert.equal(module("go.mod").match(/^tool /gm)?.length, 1);
        const pinned = `${tool} v${dist["version"]}`;
        assert.ok(module("go.mod").includes(`\t${pinned} //`), "in go.mod");
        assert.deepEqual(
            module("go.sum").match(new RegExp(`^${tool} v[^\\s/]+ h1:`, "gm")),
            [`${pinned} h1:`],
            "in go.sum",
        );
    });

    it("need no Go that is newer than what the README asks for, nor does their builder", () => {
        for (const folder of [COLLECTOR_IMAGE.sources, BUILDER_MODULE]) {
            const [, needed] = /^go (\d+\.\d+)/m.exec(readFileSync(join(folder, "go.mod"), "utf8")) ?? [];
            assert.equal(needed, "1.25", folder);
        }
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
