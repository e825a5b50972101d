import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { differences, essence, idOf, RELIED_ON, type Manifest } from "../helpers/manifests";
import { HAS_OFFICIAL_CHARTS, NO_OFFICIAL_CHARTS, officialChart, standInChart } from "../helpers/official-charts";
import { helm, render } from "../helpers/render";
import { RELEASES, type ReleaseCase } from "../helpers/releases";
import { skip } from "../helpers/skip";

/** Content that only the official chart knows in full, and labels that carry a chart's version. */
const NOT_COMPARED =
    /^\.data\.|\.annotations\.(checksum\/|cilium\.io\/[a-z-]+-checksum)|\.metadata\.labels\.(helm\.sh\/chart|app\.kubernetes\.io\/version)/;

/** Fields of a CRD's schema are the official chart's alone. */
const NOT_COMPARED_OF_CRDS = /openAPIV3Schema/;

function standIn(program: string, { chart, ...rest }: ReleaseCase): readonly Manifest[] {
    return render(program, { ...rest, chart: standInChart(chart) });
}

function byId(manifests: readonly Manifest[]): ReadonlyMap<string, Manifest> {
    return new Map(manifests.map((manifest) => [idOf(manifest), manifest]));
}

describe("rendered charts", function () {
    // Each case starts Helm up to twice.
    this.timeout(30_000);
    const program = helm();

    before(function () {
        if (program === undefined) skip(this, "there is no helm on PATH");
    });

    for (const release of RELEASES) {
        it(`${release.title}: the stand-in takes Hearth's values and renders every object once`, () => {
            const ids = standIn(program ?? "helm", release).map(idOf);
            assert.ok(ids.length > 0);
            assert.equal(new Set(ids).size, ids.length);
        });
    }

    describe("beside the official charts", () => {
        before(function () {
            if (!HAS_OFFICIAL_CHARTS) skip(this, NO_OFFICIAL_CHARTS);
        });

        for (const release of RELEASES) {
            const archive = officialChart(release.chart);

            it(`${release.title}: the stand-in renders nothing that the official chart does not render alike`, () => {
                assert.ok(existsSync(archive), `${archive} is not there`);
                const official = byId(render(program ?? "helm", { ...release, chart: archive }));
                const found = standIn(program ?? "helm", release).flatMap((manifest) =>
                    differences(manifest, official.get(idOf(manifest)))
                        .filter((text) => !NOT_COMPARED.test(text) && !NOT_COMPARED_OF_CRDS.test(text))
                        .map((text) => `${idOf(manifest)} ${text}`),
                );
                assert.deepEqual(found, []);
            });

            it(`${release.title}: the stand-in has all that the platform relies on`, () => {
                const own = byId(standIn(program ?? "helm", release));
                const official = render(program ?? "helm", { ...release, chart: archive });
                const found = official
                    .filter(({ kind }) => RELIED_ON.includes(kind) && !release.notReliedOn?.includes(kind))
                    .flatMap((manifest) =>
                        differences(essence(manifest), own.get(idOf(manifest))).map(
                            (text) => `${idOf(manifest)} ${text}`,
                        ),
                    );
                assert.deepEqual(found, []);
            });
        }
    });
});
