import assert from "node:assert/strict";
import fc from "fast-check";
import { join } from "node:path";
import { UserError } from "../../../components/config/problems";
import { CHART_NAMES, chartSpec, type ChartName, type ChartSpec } from "../../../components/config/versions";
import { sha256 } from "../../../components/core/hash";
import { readChartArchive } from "../../../tools/charts/archive";
import {
    archiveOfManifests,
    chartOfManifests,
    escapeTemplate,
    isManifestChart,
    unescapeTemplate,
    type ManifestChart,
} from "../../../tools/charts/manifests";
import { ChartRepository } from "../../../tools/charts/repository";
import { resolveCharts, type ChartRequest, type ResolvedChart } from "../../../tools/charts/resolve";
import { chartTarball } from "../../../tools/charts/tarball";
import { verifyChart } from "../../../tools/charts/verify";
import { chartArchive, withFolder, writeFiles } from "../../helpers/chart-archives";
import { serveFiles, type FakeServer } from "../../helpers/chart-server";

/** A kind's manifest whose description would be an action of a template. */
const KIND = "apiVersion: v1\nkind: Kind\ndescription: like {{ .Release.Name }}, in {{{braces}}}\n";
const OTHER = "apiVersion: v1\nkind: Other\ndescription: käse\n";

const CONTENTS = new Map([
    ["v1/kinds.yaml", Buffer.from(KIND)],
    ["v2/kinds.yaml", Buffer.from(OTHER)],
]);

/** A chart of two manifests that have the same name in two folders. */
function spec(repository = "http://127.0.0.1:9/crds", digests = true): ManifestChart {
    const manifests = [...CONTENTS].map(([path, content]) => ({
        path,
        ...(digests ? { sha256: sha256(content) } : {}),
    }));
    return { name: "cilium-crds", version: "1.0.0", appVersion: "1.0.0", repository, manifests };
}

async function proof(chart: ChartSpec, archive: Buffer, pinned?: string): Promise<string> {
    const verdict = await verifyChart(chart, archive, pinned);
    return "proof" in verdict ? verdict.proof : `refused: expected ${verdict.expected}; found ${verdict.found}`;
}

/** What Helm's template engine prints of a text whose only actions print a string. */
function printed(template: string): string {
    return template.replace(/\{\{ "([^"]*)" \}\}/g, "$1");
}

describe("a chart of manifests", () => {
    it("has each manifest as a template of its own, and a Chart.yaml with name and version", async () => {
        const files = await readChartArchive(archiveOfManifests(spec(), CONTENTS));
        assert.deepEqual([...files.keys()].sort(), [
            "Chart.yaml",
            "templates/v1/kinds.yaml",
            "templates/v2/kinds.yaml",
        ]);
        const head = Buffer.from(files.get("Chart.yaml") ?? []).toString();
        assert.match(head, /^apiVersion: v2\nname: cilium-crds\n.*\nversion: 1\.0\.0\n/);
        assert.equal(Buffer.from(files.get("templates/v2/kinds.yaml") ?? []).toString(), OTHER);
    });

    it("has templates that print the manifests as they are, braces included", () => {
        const template = Buffer.from(
            chartOfManifests(spec(), CONTENTS).get("templates/v1/kinds.yaml") ?? [],
        ).toString();
        assert.equal(printed(template), KIND);
        assert.doesNotMatch(template, /\{\{ \./);
    });

    it("has templates that can be read back, whatever the manifest's bytes", () => {
        const text = fc
            .array(fc.constantFrom("{", "{{", "}}", '"', " ", '{{ "{{" }}', "a", "\n"))
            .map((all) => all.join(""));
        fc.assert(
            fc.property(fc.oneof(text, fc.string()), (manifest) => {
                const template = escapeTemplate(manifest);
                assert.equal(unescapeTemplate(template), manifest);
                assert.equal(printed(template), manifest);
                assert.ok(!template.replaceAll('{{ "{{" }}', "").includes("{{"), "an action of the manifest's own");
            }),
        );
    });

    it("has the same bytes whenever and wherever it is made, in whatever order", () => {
        const made = archiveOfManifests(spec(), CONTENTS);
        const files = chartOfManifests(spec(), CONTENTS);
        assert.deepEqual(chartTarball("cilium-crds", new Map([...files].reverse())), made);
        assert.equal(made[9], 255);
    });

    it("is refused where a path does not fit into its archive, instead of being cut off", () => {
        assert.throws(
            () => chartTarball("cilium-crds", new Map([["a/".repeat(200), Buffer.from("x")]])),
            /does not fit/,
        );
    });
});

describe("verifyChart of a chart of manifests", () => {
    const made = archiveOfManifests(spec(), CONTENTS);

    it("believes every manifest by its digest, wherever the archive comes from", async () => {
        assert.equal(await proof(spec(), made), "manifest digests");
        const files = await readChartArchive(made);
        const packed = Object.fromEntries([...files].map(([path, content]) => [path, Buffer.from(content).toString()]));
        const repackaged = chartArchive("cilium-crds", "1.0.0", packed, { mtime: new Date(2e12) });
        assert.notDeepEqual(repackaged, made);
        assert.equal(await proof(spec(), repackaged), "manifest digests");
    });

    it("refuses another manifest, naming it and both digests", async () => {
        const evil = new Map([...CONTENTS, ["v2/kinds.yaml", Buffer.from("apiVersion: v1\nkind: Evil\n")]]);
        const verdict = await proof(spec(), archiveOfManifests(spec(), evil));
        assert.match(verdict, /^refused: expected v2\/kinds\.yaml with sha256 /);
        assert.ok(verdict.includes(sha256(OTHER)) && verdict.includes(sha256("apiVersion: v1\nkind: Evil\n")));
    });

    it("refuses a file more, a file less, and another Chart.yaml, though all manifests are right", async () => {
        const files = chartOfManifests(spec(), CONTENTS);
        const more = new Map([...files, ["templates/evil.yaml", Buffer.from("kind: Evil")]]);
        assert.match(await proof(spec(), chartTarball("cilium-crds", more)), /^refused: expected these manifests/);
        const less = new Map([...files].filter(([path]) => path !== "templates/v1/kinds.yaml"));
        assert.match(
            await proof(spec(), chartTarball("cilium-crds", less)),
            /expected templates\/v1\/kinds\.yaml in it/,
        );
        const head = "apiVersion: v2\nname: cilium-crds\nversion: 1.0.0\ndependencies: []\n";
        const other = new Map([...files, ["Chart.yaml", Buffer.from(head)]]);
        assert.match(await proof(spec(), chartTarball("cilium-crds", other)), /^refused: expected these manifests/);
    });

    it("refuses another version", async () => {
        assert.match(await proof({ ...spec(), version: "1.0.1" }, made), /refused: .* found chart cilium-crds 1\.0\.0/);
    });

    it("trusts on first use what has no digest, and later only the same", async () => {
        const chart = spec(undefined, false);
        assert.equal(await proof(chart, made), "first use");
        const verdict = await verifyChart(chart, made);
        assert.ok("proof" in verdict);
        assert.equal(await proof(chart, made, verdict.digests.chartHash), "pinned on first use");
        const evil = new Map([...CONTENTS, ["v2/kinds.yaml", Buffer.from("apiVersion: v1\nkind: Evil\n")]]);
        assert.match(await proof(chart, archiveOfManifests(chart, evil), verdict.digests.chartHash), /^refused/);
    });

    it("refuses what a proxy says instead of a manifest, digest or not", async () => {
        const chart = spec(undefined, false);
        const page = new Map([...CONTENTS, ["v2/kinds.yaml", Buffer.from("<html>please log in</html>")]]);
        assert.match(await proof(chart, archiveOfManifests(chart, page)), /expected manifests in v2\/kinds\.yaml/);
    });
});

const FILES = Object.fromEntries([...CONTENTS].map(([path, content]) => [`cilium-crds-1.0.0/${path}`, content]));

interface Place {
    readonly project: string;
    readonly cache: string;
    readonly mirror: string;
    readonly resolve: (given?: Partial<ChartRequest>) => Promise<ResolvedChart | undefined>;
    readonly refusal: (given?: Partial<ChartRequest>) => Promise<string>;
}

function inPlace(use: (place: Place) => Promise<void>): Promise<void> {
    return withFolder(async (folder) => {
        const [project, cache, mirror] = [join(folder, "project"), join(folder, "cache"), join(folder, "mirror")];
        writeFiles(mirror, { "README.txt": "" });
        const base: ChartRequest = {
            project,
            cache,
            needed: ["cilium-crds"],
            policy: "official",
            simulated: false,
            registry: (): ChartSpec => spec(),
        };
        const resolve = async (given: Partial<ChartRequest> = {}): Promise<ResolvedChart | undefined> =>
            (await resolveCharts({ ...base, ...given }))[0];
        const refusal = (given: Partial<ChartRequest> = {}): Promise<string> =>
            resolve(given).then(
                () => assert.fail("resolved"),
                (error: unknown) => (error instanceof UserError ? error.message : assert.fail(String(error))),
            );
        await use({ project, cache, mirror, resolve, refusal });
    });
}

async function publishedAt(files: Readonly<Record<string, Buffer>>, use: (server: FakeServer) => Promise<void>) {
    const server = await serveFiles(
        Object.fromEntries(Object.entries(files).map(([path, body]) => [`/${path}`, body])),
    );
    await use(server).finally(() => server.close());
}

describe("a chart of manifests comes", () => {
    it("from the addresses that its project publishes them at, then from checkout and cache", () =>
        inPlace(async ({ project, resolve }) => {
            const files = Object.fromEntries([...CONTENTS].map(([path, content]) => [`crds/${path}`, content]));
            await publishedAt(files, async ({ host, asked }) => {
                const registry = (): ChartSpec => spec(`http://${host}/crds`);
                const chart = await resolve({ registry });
                assert.deepEqual([chart?.from, chart?.proof], ["repository", "manifest digests"]);
                assert.deepEqual(asked, ["/crds/v1/kinds.yaml", "/crds/v2/kinds.yaml"]);
                assert.equal((await resolve({ registry }))?.from, "checkout");
                assert.equal((await resolve({ registry, project: `${project}-2` }))?.from, "cache");
                assert.equal(asked.length, 2);
            });
        }));

    it("from a mirror's folder of the manifests", () =>
        inPlace(async ({ mirror, resolve }) => {
            writeFiles(mirror, FILES);
            const chart = await resolve({ mirror });
            assert.deepEqual([chart?.from, chart?.source], ["mirror", join(mirror, "cilium-crds-1.0.0")]);
        }));

    it("from a mirror that has it ready, in a folder and over HTTP", () =>
        inPlace(async ({ mirror, resolve, cache, project }) => {
            const made = archiveOfManifests(spec(), CONTENTS);
            writeFiles(mirror, { "cilium-crds-1.0.0.tgz": made });
            assert.equal((await resolve({ mirror }))?.source, join(mirror, "cilium-crds-1.0.0.tgz"));
            await publishedAt({ "charts/cilium-crds-1.0.0.tgz": made }, async ({ host }) => {
                const elsewhere = { cache: `${cache}-2`, project: `${project}-2`, mirror: `http://${host}/charts` };
                assert.equal((await resolve(elsewhere))?.proof, "manifest digests");
            });
        }));

    it("never from a mirror's manifests that are not the published ones", () =>
        inPlace(async ({ mirror, refusal }) => {
            writeFiles(mirror, { ...FILES, "cilium-crds-1.0.0/v1/kinds.yaml": `${KIND}evil: true\n` });
            const message = await refusal({ mirror });
            assert.match(message, /expected v1\/kinds\.yaml with sha256/);
            assert.match(message, /fix: replace it by the official manifests: make charts/);
        }));

    it("from nowhere, which a mirror's lack says with every file and where those are", () =>
        inPlace(async ({ mirror, refusal }) => {
            const nothing = await refusal({ mirror });
            assert.match(nothing, /cilium-crds-1\.0\.0\.tgz is not there.*cilium-crds-1\.0\.0 is not there/);
            assert.match(
                nothing,
                /fix: put cilium-crds-1\.0\.0\.tgz there: .*v1\/kinds\.yaml, v2\/kinds\.yaml, of http/,
            );
            writeFiles(mirror, { "cilium-crds-1.0.0/v1/kinds.yaml": KIND });
            const half = await refusal({ mirror });
            assert.match(half, /cilium-crds-1\.0\.0\/v2\/kinds\.yaml is not there/);
            assert.doesNotMatch(half, /v1\/kinds\.yaml is not there/);
        }));

    it("from no repository that has only part of it, and from no silent one", () =>
        inPlace(async ({ refusal }) => {
            await publishedAt({ "v1/kinds.yaml": Buffer.from(KIND) }, async ({ host }) => {
                assert.match(await refusal({ registry: () => spec(`http://${host}`) }), /v2\/kinds\.yaml answers 404/);
            });
            assert.match(await refusal(), /127\.0\.0\.1:9\/crds: is out of reach/);
        }));

    it("from its stand-in on a simulated cluster where nobody has it", () =>
        inPlace(async ({ resolve }) => {
            assert.equal((await resolve({ policy: "auto", simulated: true }))?.from, "stand-in");
        }));

    it("by no manifests from a mirror that only happens to be asked like a repository", async () => {
        const found = await new ChartRepository("http://127.0.0.1:9/mirror", "/").find(spec());
        assert.ok("tried" in found && found.tried[0]?.includes("cilium-crds-1.0.0.tgz"));
    });
});

describe("the registry's charts of manifests", () => {
    const charts = CHART_NAMES.map((name: ChartName) => chartSpec(name)).filter(isManifestChart);

    it("are Gateway API's kinds and Cilium's", () => {
        assert.deepEqual(charts.map(({ name }) => name).sort(), ["cilium-crds", "gateway-api"]);
    });

    for (const { name, repository, appVersion, manifests } of charts) {
        it(`are of the version that their address names, each manifest once, each with its digest: ${name}`, () => {
            assert.ok(repository.includes(`/v${appVersion.replace(/^v/, "")}/`), repository);
            assert.equal(new Set(manifests.map(({ path }) => path)).size, manifests.length);
            for (const { path, sha256: digest } of manifests) assert.match(digest ?? "", /^[0-9a-f]{64}$/, path);
        });
    }

    it("have every kind that Cilium's agent waits for, with the options that Hearth sets", () => {
        // pkg/k8s/synced/crd.go of Cilium v1.19.6: without endpoint slices, egress gateway, BGP, Envoy configurations.
        const kinds = [
            "ciliumcidrgroups",
            "ciliumclusterwidenetworkpolicies",
            "ciliumendpoints",
            "ciliumidentities",
            "ciliuml2announcementpolicies",
            "ciliumloadbalancerippools",
            "ciliumnetworkpolicies",
            "ciliumnodes",
            "ciliumpodippools",
        ];
        const paths = charts.find(({ name }) => name === "cilium-crds")?.manifests.map(({ path }) => path) ?? [];
        const found = paths.map((path) => path.replace(/^.*\/|\.yaml$/g, ""));
        // The agent's init container looks for this one; the operator would make it in any case.
        assert.deepEqual(found.sort(), [...kinds, "ciliumnodeconfigs"].sort());
    });
});
