import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../../../components/config/problems";
import { sha256 } from "../../../components/core/hash";
import { readChartArchive } from "../../../tools/charts/archive";
import { narHash } from "../../../tools/charts/nar";
import { REGISTRY, updateChart, type ChartUpdate } from "../../../tools/charts/update";
import { chartArchive, withFolder, writeFiles } from "../../helpers/chart-archives";
import { serveFiles } from "../../helpers/chart-server";

const TEXT = readFileSync(REGISTRY, "utf8");
const LOKI = chartArchive("loki", "19.0.0", { "values.yaml": "a: 1\n" });

interface Registry {
    readonly charts: Record<string, Record<string, unknown>>;
    readonly images: unknown;
    readonly kinds: Record<string, Record<string, unknown>>;
}

const read = (text: string): Registry => JSON.parse(text) as Registry;

async function refusal(update: ChartUpdate, text = TEXT): Promise<string> {
    const outcome = await updateChart(text, update).catch((error: unknown) => error);
    assert.ok(outcome instanceof UserError, JSON.stringify(outcome));
    return outcome.message;
}

/** The registry with another address for one of its charts, or for kinds. */
function at(section: "charts" | "kinds", name: string, repository: string): string {
    const registry = read(TEXT);
    const entry = registry[section][name];
    assert.ok(entry !== undefined);
    return `${JSON.stringify({ ...registry, [section]: { ...registry[section], [name]: { ...entry, repository } } }, undefined, 4)}\n`;
}

describe("updateChart", () => {
    it("writes version and both hashes of an archive from the chart's own repository, and changes nothing else", async () => {
        const archive = chartArchive("loki", "19.0.0", { "Chart.yaml": chartYaml("loki", "19.0.0", '"v4.0.0"') });
        const server = await serveFiles({ "/charts/loki-19.0.0.tgz": archive });
        try {
            const before = at("charts", "loki", `http://${server.host}/charts`);
            const { text, notes } = await updateChart(before, { project: "/", name: "loki", version: "19.0.0" });
            const { charts, ...others } = read(text);
            const { charts: old, ...otherBefore } = read(before);
            assert.deepEqual(charts["loki"], {
                version: "19.0.0",
                appVersion: "v4.0.0",
                repository: `http://${server.host}/charts`,
                sha256: sha256(archive),
                chartHash: narHash(await readChartArchive(archive)),
            });
            assert.deepEqual({ ...charts, loki: undefined }, { ...old, loki: undefined });
            assert.deepEqual(others, otherBefore);
            assert.deepEqual(Object.keys(charts), Object.keys(old));
            assert.match(notes.join("\n"), /loki: 18\.11\.0 → 19\.0\.0, program 3\.7\.6 → v4\.0\.0/);
            assert.match(notes.join("\n"), /images still 3\.7\.6: loki/);
        } finally {
            await server.close();
        }
    });

    it("takes only the content's hash from a mirror, which packages anew", () =>
        withFolder(async (project) => {
            writeFiles(join(project, "mirror"), { "loki-19.0.0.tgz": LOKI });
            const { text } = await updateChart(TEXT, { project, name: "loki", version: "19.0.0", mirror: "mirror" });
            const { sha256: digest, chartHash } = read(text).charts["loki"] ?? {};
            assert.equal(digest, undefined);
            assert.equal(chartHash, narHash(await readChartArchive(LOKI)));
        }));

    it("is a registry in the form that is committed", () => {
        assert.equal(`${JSON.stringify(JSON.parse(TEXT), undefined, 4)}\n`, TEXT);
    });

    it("takes every manifest of what is made of manifests, at the new version's address", async () => {
        const paths = (read(TEXT).charts["gateway-api"]?.["manifests"] as { path: string }[]).map(({ path }) => path);
        const server = await serveFiles(Object.fromEntries(paths.map((path) => [`/v1.5.0/${path}`, `kind: ${path}`])));
        try {
            const before = at("charts", "gateway-api", `http://${server.host}/v1.4.1`);
            const { text } = await updateChart(before, { project: "/", name: "gateway-api", version: "1.5.0" });
            assert.deepEqual(read(text).charts["gateway-api"], {
                version: "1.5.0",
                appVersion: "v1.5.0",
                repository: `http://${server.host}/v1.5.0`,
                manifests: paths.map((path) => ({ path, sha256: sha256(Buffer.from(`kind: ${path}`)) })),
            });
        } finally {
            await server.close();
        }
    });

    it("names every manifest that the new version has not, and changes nothing", async () => {
        const server = await serveFiles({});
        try {
            const before = at("charts", "gateway-api", `http://${server.host}/v1.4.1`);
            const message = await refusal({ project: "/", name: "gateway-api", version: "1.5.0" }, before);
            assert.match(message, /nothing was changed \(6 problems\)/);
            assert.match(message, /httproutes\.yaml: cannot be had: .*404/);
        } finally {
            await server.close();
        }
    });

    it("takes along the kinds that Nix reads of a chart, and names the charts of its product", async () => {
        const archive = chartArchive("base", "1.30.0");
        const files = { "/base-1.30.0.tgz": archive, "/1.30.0/files/crd-all.gen.yaml": "kind: A" };
        const server = await serveFiles(files);
        try {
            const address = `http://${server.host}`;
            const registry = read(at("charts", "base", address));
            const istio = { ...registry.kinds["istio"], repository: `${address}/1.29.6/files` };
            const before = JSON.stringify({ ...registry, kinds: { istio } });
            const { text, notes } = await updateChart(before, { project: "/", name: "base", version: "1.30.0" });
            assert.deepEqual(read(text).kinds["istio"], {
                chart: "base",
                repository: `${address}/1.30.0/files`,
                manifests: [{ path: "crd-all.gen.yaml", sha256: sha256(Buffer.from("kind: A")) }],
            });
            assert.equal(read(text).charts["base"]?.["appVersion"], "1.30.0");
            assert.match(notes.join("\n"), /still 1\.29\.6, and perhaps one product: istiod, cni, ztunnel/);
        } finally {
            await server.close();
        }
    });

    it("refuses what is no chart of the registry, no exact version, not there, and another chart", () =>
        withFolder(async (project) => {
            writeFiles(project, { "loki-1.0.0.tgz": chartArchive("tempo", "1.0.0"), "loki-1.0.1.tgz": "no archive" });
            const mirror = ".";
            const update = { project, mirror, name: "loki", version: "1.0.0" };
            assert.match(await refusal({ ...update, name: "lokki" }), /lokki: is not a chart.*\n.*did you mean loki\?/);
            assert.match(await refusal({ ...update, version: "latest" }), /latest: is no exact version/);
            assert.match(await refusal({ ...update, version: "9.9.9" }), /has no loki 9\.9\.9 \(.*is not there/);
            assert.match(await refusal(update), /is chart tempo 1\.0\.0, and not loki 1\.0\.0/);
            assert.match(await refusal({ ...update, version: "1.0.1" }), /loki-1\.0\.1\.tgz: is no chart/);
        }));
});

function chartYaml(name: string, version: string, appVersion: string): string {
    return `apiVersion: v2\nname: ${name}\nversion: ${version}\nappVersion: ${appVersion}\n`;
}
