import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../../../components/config/problems";
import type { ChartName, ChartSpec } from "../../../components/config/versions";
import { sha256 } from "../../../components/core/hash";
import { resolveCharts, type ChartRequest, type ResolvedChart } from "../../../tools/charts/resolve";
import { chartArchive, withFolder, writeFiles } from "../../helpers/chart-archives";
import { serve, serveFiles } from "../../helpers/chart-server";

const TEMPO = chartArchive("tempo", "1.0.0");
const LOKI = chartArchive("loki", "2.0.0");
const OTHER_TEMPO = chartArchive("tempo", "1.0.0", { "values.yaml": "evil: true" });

/** A registry whose public repository nobody can reach; Loki has no published digest. */
function registry(name: ChartName): ChartSpec {
    const rest = { appVersion: "1", repository: "http://127.0.0.1:9/charts" };
    return name === "loki"
        ? { name, version: "2.0.0", ...rest }
        : { name, version: "1.0.0", sha256: sha256(TEMPO), ...rest };
}

type Given = Partial<ChartRequest>;

interface Place {
    readonly project: string;
    readonly cache: string;
    readonly mirror: string;
    readonly resolve: (given?: Given) => Promise<readonly ResolvedChart[]>;
    readonly refusal: (given?: Given) => Promise<string>;
}

/** A checkout, a cache and a folder that can serve as mirror, all empty. */
function inPlace(use: (place: Place) => Promise<void>): Promise<void> {
    return withFolder(async (folder) => {
        const [project, cache, mirror] = ["project", "cache", "mirror"].map((name) => join(folder, name));
        assert.ok(project !== undefined && cache !== undefined && mirror !== undefined);
        writeFiles(mirror, { "README.txt": "" });
        const needed: readonly ChartName[] = ["tempo", "loki"];
        const base: ChartRequest = {
            project,
            cache,
            needed,
            policy: "auto",
            simulated: false,
            answerWithin: 200,
            registry,
        };
        const resolve = (given: Given = {}): Promise<readonly ResolvedChart[]> => resolveCharts({ ...base, ...given });
        const refusal = async (given: Given = {}): Promise<string> => {
            const outcome = await resolve(given).then(
                () => "resolved",
                (error: unknown) => error,
            );
            assert.ok(outcome instanceof UserError, String(outcome));
            return outcome.message;
        };
        await use({ project, cache, mirror, resolve, refusal });
    });
}

const checkoutFile = ({ project }: Place, file: string): string => join(project, ".hearth/charts", file);
const from = (charts: readonly ResolvedChart[]): readonly string[] =>
    charts.map((chart) => `${chart.name}: ${chart.from}`);

describe("resolveCharts", () => {
    it("takes charts from the mirror once, then from the checkout, then, in a second checkout, from the cache", () =>
        inPlace(async (place) => {
            const { project, mirror, resolve } = place;
            writeFiles(mirror, { "tempo-1.0.0.tgz": TEMPO, "loki-2.0.0.tgz": LOKI });
            assert.deepEqual(from(await resolve({ mirror })), ["tempo: mirror", "loki: mirror"]);
            assert.deepEqual(readFileSync(checkoutFile(place, "tempo-1.0.0.tgz")), TEMPO);
            const gone = join(mirror, "gone");
            assert.deepEqual(from(await resolve({ mirror: gone })), ["tempo: checkout", "loki: checkout"]);
            const second = await resolve({ mirror: gone, project: `${project}-2` });
            assert.deepEqual(from(second), ["tempo: cache", "loki: cache"]);
        }));

    it("fills an empty cache from a checkout that has the charts", () =>
        inPlace(async (place) => {
            writeFiles(place.project, { ".hearth/charts/tempo-1.0.0.tgz": TEMPO });
            await place.resolve({ needed: ["tempo"] });
            assert.deepEqual(readFileSync(join(place.cache, "tempo-1.0.0.tgz")), TEMPO);
        }));

    it("refuses an archive of the mirror that is not the chart, with both digests, and keeps nothing of it", () =>
        inPlace(async (place) => {
            writeFiles(place.mirror, { "tempo-1.0.0.tgz": OTHER_TEMPO });
            const message = await place.refusal({ mirror: place.mirror, needed: ["tempo"] });
            for (const part of [
                "chart tempo 1.0.0",
                join(place.mirror, "tempo-1.0.0.tgz"),
                sha256(TEMPO),
                sha256(OTHER_TEMPO),
                "fix: replace it by the official archive",
            ]) {
                assert.ok(message.includes(part), `${part} is missing in ${message}`);
            }
            assert.ok(!existsSync(checkoutFile(place, "tempo-1.0.0.tgz")));
            assert.ok(!existsSync(join(place.cache, "tempo-1.0.0.tgz")));
        }));

    it("names all charts that a mirror lacks at once", () =>
        inPlace(async ({ mirror, refusal }) => {
            const message = await refusal({ mirror });
            assert.match(message, /\(2 problems\)/);
            assert.match(message, /hearth:chartMirror.*tempo 1\.0\.0/);
            assert.match(message, /hearth:chartMirror.*loki 2\.0\.0/);
            assert.match(message, /helm pull loki --repo/);
        }));

    it("tells an unreachable mirror as one problem with everything that needed it", () =>
        inPlace(async ({ refusal }) => {
            const message = await refusal({ mirror: "http://127.0.0.1:9/charts" });
            assert.match(message, /\(1 problem\)/);
            assert.match(
                message,
                /hearth:chartMirror: http:\/\/127\.0\.0\.1:9\/charts is out of reach.*tempo 1\.0\.0, loki 2\.0\.0/,
            );
        }));

    it("asks no public repository where a mirror is set, on a simulated cluster neither", () =>
        inPlace(async ({ mirror, refusal }) => {
            const server = await serveFiles({});
            try {
                const elsewhere = (name: ChartName): ChartSpec => ({
                    ...registry(name),
                    repository: `http://${server.host}`,
                });
                await refusal({ mirror, simulated: true, registry: elsewhere });
                assert.deepEqual(server.asked, []);
            } finally {
                await server.close();
            }
        }));

    it("leaves charts to their stand-ins on a simulated cluster without repositories, and only there", () =>
        inPlace(async ({ resolve, refusal }) => {
            assert.deepEqual(from(await resolve({ simulated: true })), ["tempo: stand-in", "loki: stand-in"]);
            await refusal({ simulated: true, policy: "official" });
            assert.match(await refusal(), /fix: connect to the internet, or set hearth:chartMirror/);
        }));

    it("takes what can be had and leaves only the rest to stand-ins", () =>
        inPlace(async (place) => {
            writeFiles(place.cache, { "tempo-1.0.0.tgz": TEMPO });
            assert.deepEqual(from(await place.resolve({ simulated: true })), ["tempo: cache", "loki: stand-in"]);
        }));

    it("asks nobody where stand-ins are asked for", () =>
        inPlace(async (place) => {
            writeFiles(place.cache, { "tempo-1.0.0.tgz": TEMPO });
            const charts = await place.resolve({ simulated: true, policy: "stand-in", mirror: "http://127.0.0.1:9" });
            assert.deepEqual(from(charts), ["tempo: stand-in", "loki: stand-in"]);
        }));

    it("waits for a silent repository once, not once per chart", () =>
        inPlace(async ({ resolve }) => {
            const server = await serve(() => undefined);
            try {
                const elsewhere = (name: ChartName): ChartSpec => ({
                    ...registry(name),
                    repository: `http://${server.host}`,
                });
                await resolve({ simulated: true, registry: elsewhere });
                assert.equal(server.asked.length, 1);
            } finally {
                await server.close();
            }
        }));

    it("fetches anew what was tampered with in checkout and cache, and says so", () =>
        inPlace(async (place) => {
            const { project, cache, mirror, resolve } = place;
            writeFiles(mirror, { "tempo-1.0.0.tgz": TEMPO });
            writeFiles(project, { ".hearth/charts/tempo-1.0.0.tgz": OTHER_TEMPO });
            writeFiles(cache, { "tempo-1.0.0.tgz": OTHER_TEMPO });
            const [chart] = await resolve({ mirror, needed: ["tempo"] });
            assert.equal(chart?.from, "mirror");
            assert.equal(chart.discarded.length, 2);
            assert.deepEqual(readFileSync(checkoutFile(place, "tempo-1.0.0.tgz")), TEMPO);
            assert.deepEqual(readFileSync(join(cache, "tempo-1.0.0.tgz")), TEMPO);
        }));

    it("leaves nothing tampered in the checkout, where the program would take it by its name", () =>
        inPlace(async (place) => {
            writeFiles(place.project, { ".hearth/charts/tempo-1.0.0.tgz": OTHER_TEMPO });
            const [chart] = await place.resolve({ simulated: true, needed: ["tempo"] });
            assert.equal(chart?.from, "stand-in");
            assert.equal(chart.discarded.length, 1);
            assert.ok(!existsSync(checkoutFile(place, "tempo-1.0.0.tgz")));
        }));

    it("remembers a chart without a published digest and refuses other content later", () =>
        inPlace(async (place) => {
            const { mirror, resolve, refusal } = place;
            const files = { "tempo-1.0.0.tgz": TEMPO, "loki-2.0.0.tgz": LOKI };
            writeFiles(mirror, files);
            const first = await resolve({ mirror });
            assert.deepEqual(
                first.map(({ proof }) => proof),
                ["archive digest", "first use"],
            );
            assert.deepEqual(
                Object.keys(JSON.parse(readFileSync(checkoutFile(place, "lock.json"), "utf8")) as object),
                ["loki-2.0.0.tgz"],
            );
            const changed = chartArchive("loki", "2.0.0", { "values.yaml": "evil: true" });
            for (const path of [mirror, place.cache, join(place.project, ".hearth/charts")]) {
                writeFileSync(join(path, "loki-2.0.0.tgz"), changed);
            }
            assert.match(await refusal({ mirror }), /chart loki 2\.0\.0: .* as it was at its first use/);
            writeFiles(mirror, files);
            assert.deepEqual(
                (await resolve({ mirror })).map(({ proof }) => proof),
                ["archive digest", "pinned on first use"],
            );
        }));

    it("does not forget what it trusted because its list is broken", () =>
        inPlace(async (place) => {
            writeFiles(place.project, { ".hearth/charts/lock.json": "{" });
            assert.match(await place.refusal({ simulated: true }), /lock\.json: is not the list of pinned charts/);
        }));

    it("gives charts in the order in which they were asked for", () =>
        inPlace(async (place) => {
            writeFiles(place.cache, { "tempo-1.0.0.tgz": TEMPO, "loki-2.0.0.tgz": LOKI });
            const apart = (name: ChartName): ChartSpec => ({
                ...registry(name),
                repository: `http://127.0.0.1:9/${name}`,
            });
            const charts = await place.resolve({ needed: ["loki", "tempo"], registry: apart });
            assert.deepEqual(
                charts.map(({ name }) => name),
                ["loki", "tempo"],
            );
        }));
});
