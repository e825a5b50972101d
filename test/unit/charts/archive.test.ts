import assert from "node:assert/strict";
import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { Header } from "tar";
import { ArchiveError, readChartArchive } from "../../../tools/charts/archive";
import { narHash } from "../../../tools/charts/nar";
import { chartArchive, packFolder, withFolder, writeFiles } from "../../helpers/chart-archives";

/** A tar with one file of any path, which packing a folder cannot make. */
function tarOf(path: string, content: string): Buffer {
    const header = new Header({ path, size: content.length, mode: 0o644, type: "File" });
    const head = Buffer.alloc(512);
    header.encode(head);
    const body = Buffer.alloc(Math.ceil(content.length / 512) * 512);
    body.write(content);
    return gzipSync(Buffer.concat([head, body, Buffer.alloc(1024)]));
}

async function refusal(archive: Buffer): Promise<string> {
    const problem = await readChartArchive(archive).then(
        () => "accepted",
        (error: unknown) => error,
    );
    assert.ok(problem instanceof ArchiveError, String(problem));
    return problem.message;
}

describe("readChartArchive", () => {
    it("gives files by their path inside the chart's folder, those of sub-charts included", async () => {
        const files = await readChartArchive(chartArchive("demo", "1.0.0", { "charts/sub/Chart.yaml": "name: sub" }));
        assert.deepEqual([...files.keys()].sort(), ["Chart.yaml", "charts/sub/Chart.yaml"]);
        assert.equal(Buffer.from(files.get("charts/sub/Chart.yaml") ?? []).toString(), "name: sub");
    });

    it("gives the same content for archives that differ in their timestamps alone", async () => {
        const [early, late] = [0, 1e12].map((time) => chartArchive("demo", "1.0.0", {}, { mtime: new Date(time) }));
        assert.ok(early !== undefined && late !== undefined);
        assert.notDeepEqual(early, late);
        assert.equal(narHash(await readChartArchive(early)), narHash(await readChartArchive(late)));
    });

    it("drops byte order marks, as Helm does", async () => {
        const plain = await readChartArchive(chartArchive("demo", "1.0.0", { "values.yaml": "a: 1" }));
        const marked = await readChartArchive(chartArchive("demo", "1.0.0", { "values.yaml": "\uFEFFa: 1" }));
        assert.equal(narHash(marked), narHash(plain));
    });

    it("refuses links, which could point out of the chart", async () => {
        await withFolder(async (folder) => {
            writeFiles(folder, { "demo/Chart.yaml": "name: demo" });
            symlinkSync("/etc/passwd", join(folder, "demo", "values.yaml"));
            assert.match(await refusal(packFolder(folder, ["demo"])), /values.yaml is a SymbolicLink/);
        });
    });

    it("refuses paths that climb out of the chart's folder", async () => {
        for (const path of ["demo/../../evil", "/etc/evil", "demo//evil", "evil"]) {
            assert.match(await refusal(tarOf(path, "x")), /not a path inside one folder/, path);
        }
    });

    it("refuses what is no chart", async () => {
        await withFolder(async (folder) => {
            writeFiles(folder, { "demo/values.yaml": "" });
            assert.match(await refusal(packFolder(folder, ["demo"])), /no Chart.yaml/);
        });
        assert.ok((await refusal(Buffer.from("<html>not found</html>"))).length > 0);
        assert.ok((await refusal(Buffer.alloc(0))).length > 0);
    });

    it("refuses an archive that was cut off", async () => {
        const whole = chartArchive("demo", "1.0.0", { "values.yaml": "a: 1\n".repeat(10_000) });
        assert.ok((await refusal(whole.subarray(0, whole.length / 2))).length > 0);
    });
});
