import assert from "node:assert/strict";
import fc from "fast-check";
import { chartSources, chartsOf, sourceOf, type ChartPolicy } from "../../../components/config/charts";
import { LAYERS, NETWORK_LAYER } from "../../../components/config/layers";
import { CHART_NAMES, chartFile, chartSpec } from "../../../components/config/versions";

const FILES = CHART_NAMES.map((name) => chartFile(chartSpec(name)));
const TEMPO = chartFile(chartSpec("tempo"));

describe("chartsOf", () => {
    it("names each chart once, though several layers come from one", () => {
        assert.deepEqual(chartsOf(["alertmanager", "prometheus", "node-exporter"]), ["prometheus"]);
    });

    it("puts the chart of Traefik's kinds before Traefik's own", () => {
        assert.deepEqual(chartsOf(["traefik"]), ["gateway-api", "traefik-crds", "traefik"]);
    });

    it("puts kinds before those who use them: Cilium's before Cilium, Gateway API's before Istio's", () => {
        assert.deepEqual(chartsOf(["cilium", "hubble-ui"]), ["cilium-crds", "cilium"]);
        assert.deepEqual(chartsOf(["istio"]), ["gateway-api", "base", "istiod", "cni", "ztunnel"]);
        assert.deepEqual(chartsOf(["argocd"]), ["argo-cd"]);
    });

    it("needs no chart for layers of our own manifests", () => {
        assert.deepEqual(chartsOf(["garage", "postgresql", "otel-collector"]), []);
    });

    it("leaves no chart of the registry without a layer", () => {
        assert.deepEqual([...chartsOf([NETWORK_LAYER, ...LAYERS])].sort(), [...CHART_NAMES].sort());
    });
});

describe("chartSources", () => {
    it("never gives a stand-in to a cluster with real nodes", () => {
        const policies: readonly ChartPolicy[] = ["auto", "official", "stand-in"];
        fc.assert(
            fc.property(
                fc.subarray([...CHART_NAMES]),
                fc.subarray(FILES),
                fc.constantFrom(...policies),
                (needed, available, policy) => {
                    const { sources, problems } = chartSources(needed, available, policy, false);
                    assert.ok(Object.values(sources).every(({ standIn }) => !standIn));
                    const without = needed.filter((name) => sources[name] === undefined);
                    assert.equal(problems.length > 0, policy === "stand-in" || without.length > 0);
                },
            ),
        );
    });

    it("gives every needed chart of a simulated cluster a source, official where there is one", () => {
        fc.assert(
            fc.property(fc.subarray([...CHART_NAMES]), fc.subarray(FILES), (needed, available) => {
                const { sources, problems } = chartSources(needed, available, "auto", true);
                assert.deepEqual(problems, []);
                for (const name of needed) {
                    assert.equal(sources[name]?.standIn, !available.includes(chartFile(chartSpec(name))));
                }
            }),
        );
    });

    it("uses relative paths, which are the same in every checkout", () => {
        const { sources } = chartSources(["tempo", "loki"], [TEMPO], "auto", true);
        assert.deepEqual(sources, {
            tempo: { path: `./.hearth/charts/${TEMPO}`, standIn: false },
            loki: { path: "./test/fixtures/charts/loki", standIn: true },
        });
    });

    it("keeps to stand-ins where they are asked for, though official charts are there", () => {
        const { sources } = chartSources(["tempo"], FILES, "stand-in", true);
        assert.equal(sources["tempo"]?.standIn, true);
    });

    it("insists on official charts where they are asked for, on a simulated cluster too", () => {
        const { problems } = chartSources(["tempo"], [], "official", true);
        assert.equal(problems.length, 1);
        assert.match(problems[0]?.fix ?? "", /make charts/);
    });

    it("takes no archive of another version", () => {
        const { problems } = chartSources(["tempo"], ["tempo-0.0.1.tgz"], "auto", false);
        assert.ok(problems[0]?.what.includes(TEMPO));
    });
});

describe("sourceOf", () => {
    it("fails for a chart that no layer asked for, instead of inventing a path", () => {
        assert.throws(() => sourceOf({}, "tempo"), /tempo/);
    });
});
