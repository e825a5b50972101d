import assert from "node:assert/strict";
import type { ChartSpec } from "../../../components/config/versions";
import { sha256 } from "../../../components/core/hash";
import { readChartArchive } from "../../../tools/charts/archive";
import { narHash } from "../../../tools/charts/nar";
import { verifyChart } from "../../../tools/charts/verify";
import { chartArchive } from "../../helpers/chart-archives";

const OFFICIAL = chartArchive("tempo", "1.2.3", { "values.yaml": "a: 1" }, { mtime: new Date(1e12) });
const REPACKAGED = chartArchive("tempo", "1.2.3", { "values.yaml": "a: 1" }, { mtime: new Date(2e12) });
const CHANGED = chartArchive("tempo", "1.2.3", { "values.yaml": "a: 2" }, { mtime: new Date(1e12) });

const UNKNOWN: ChartSpec = { name: "tempo", version: "1.2.3", appVersion: "1", repository: "https://charts.invalid" };
const BY_ARCHIVE: ChartSpec = { ...UNKNOWN, sha256: sha256(OFFICIAL) };

async function contentOf(archive: Buffer): Promise<string> {
    return narHash(await readChartArchive(archive));
}

async function proof(spec: ChartSpec, archive: Buffer, pinned?: string): Promise<string> {
    const verdict = await verifyChart(spec, archive, pinned);
    return "proof" in verdict ? verdict.proof : `refused: ${verdict.found}`;
}

describe("verifyChart", () => {
    it("accepts the official archive by its digest", async () => {
        assert.equal(await proof(BY_ARCHIVE, OFFICIAL), "archive digest");
    });

    it("accepts a mirror's own archive of the same files where the content's hash is known, and only there", async () => {
        const spec = { ...BY_ARCHIVE, chartHash: await contentOf(OFFICIAL) };
        assert.equal(await proof(spec, REPACKAGED), "content hash");
        assert.match(await proof(BY_ARCHIVE, REPACKAGED), /^refused/);
    });

    it("refuses any other content, naming what was expected and what was found", async () => {
        const spec = { ...BY_ARCHIVE, chartHash: await contentOf(OFFICIAL) };
        const verdict = await verifyChart(spec, CHANGED);
        assert.ok("expected" in verdict);
        assert.ok(verdict.expected.includes(sha256(OFFICIAL)) && verdict.expected.includes(spec.chartHash));
        assert.ok(verdict.found.includes(sha256(CHANGED)) && verdict.found.includes(await contentOf(CHANGED)));
    });

    it("trusts on first use where nobody publishes a digest, then only that content", async () => {
        assert.equal(await proof(UNKNOWN, OFFICIAL), "first use");
        const pinned = await contentOf(OFFICIAL);
        assert.equal(await proof(UNKNOWN, REPACKAGED, pinned), "pinned on first use");
        assert.match(await proof(UNKNOWN, CHANGED, pinned), /^refused/);
    });

    it("lets no pin stand in for a published digest", async () => {
        assert.match(await proof(BY_ARCHIVE, CHANGED, await contentOf(CHANGED)), /^refused/);
    });

    it("refuses another chart or version under this one's file name, digest or not", async () => {
        assert.match(await proof(UNKNOWN, chartArchive("loki", "1.2.3")), /refused: chart loki 1.2.3/);
        assert.match(await proof(UNKNOWN, chartArchive("tempo", "1.2.4")), /refused: chart tempo 1.2.4/);
    });

    it("refuses what is no archive with the reason", async () => {
        assert.match(await proof(UNKNOWN, Buffer.from("<html>")), /refused: something else: /);
    });
});
