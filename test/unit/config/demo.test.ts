import assert from "node:assert/strict";
import { DEMO_DATABASE, DEMO_NAMESPACE } from "../../../components/config/demo";
import { neededOwnImages, ownImageArchives, ownImageProblems } from "../../../components/config/own-images";
import { presetConfig } from "../../helpers/platform";
import { RENDERED_STACKS, renderedObjects } from "../../helpers/rendered-tree";
import { judged, onlyProblem, said } from "../../helpers/setting-problems";

describe("the demo's settings", () => {
    it("are fine with everything that a preset has, and nothing is asked where it is off", () => {
        assert.deepEqual(judged({ demo: true }), []);
        const rest = { layers: ["prometheus"], applicationNamespaces: ["shop"], databases: [DEMO_DATABASE] };
        assert.deepEqual(judged({ demo: false, gitops: { path: "apps/*" }, ...rest, layers: ["prometheus"] }), []);
    });

    it("refuse it without the database and the edge that it is behind, each by its name", () => {
        for (const [layers, missing] of [
            [["traefik"], ["postgresql"]],
            [["postgresql"], ["traefik"]],
            [["prometheus"], ["traefik", "postgresql"]],
        ] as const) {
            const problems = judged({ demo: true, layers });
            assert.ok(problems.every(({ where }) => where === "hearth:demo"));
            assert.deepEqual(
                problems.map(({ what }) => /^needs layer "([a-z]+)"/.exec(what)?.[1]),
                missing,
            );
        }
    });

    it("refuse what its rendered manifests do not fit", () => {
        for (const [settings, pattern] of [
            [{ gitops: { path: "apps/*" } }, /hearth:gitops\.path leads elsewhere/],
            [{ applicationNamespaces: ["shop"] }, /is rendered for namespace apps/],
            [{ databases: ["app", DEMO_DATABASE] }, /hearth:databases lists one of that name/],
        ] as const) {
            const { where, what } = onlyProblem({ demo: true, ...settings });
            assert.equal(where, "hearth:demo");
            assert.match(what, pattern);
        }
    });

    it("refuse an existing cluster, which could pull its image from nowhere", () => {
        const existing = { cluster: "existing", context: "mine", collector: "upstream" };
        assert.match(onlyProblem({ ...existing, demo: true }).what, /in no registry/);
        assert.deepEqual(judged(existing), []);
    });

    it("refuse another image, which no pod would run", () => {
        for (const demo of [true, false]) {
            assert.deepEqual(said({ demo, images: { demo: "r.example/demo:1" } }), [
                "hearth:images.demo would change nothing: the rendered manifests name the demo's image",
            ]);
        }
    });
});

describe("what comes with the demo", () => {
    const KIND = {
        cluster: { provider: "kind" },
        collector: "upstream",
        layers: [],
        images: { overrides: {} },
    } as const;

    it("is a database of its own, beside those that are listed", () => {
        assert.deepEqual(presetConfig("dev-fast", { settings: { demo: true } }).databases, ["app", DEMO_DATABASE]);
        assert.deepEqual(presetConfig("dev-fast").databases, ["app"]);
    });

    it("is an image on the nodes of a Kind cluster, and on no other", () => {
        assert.deepEqual(neededOwnImages({ ...KIND, demo: true }), ["demo"]);
        assert.deepEqual(ownImageArchives({ ...KIND, demo: true }), [".hearth/images/demo.tar"]);
        assert.deepEqual(ownImageArchives({ ...KIND, demo: false }), []);
        for (const provider of ["kwok", "existing"] as const) {
            assert.deepEqual(neededOwnImages({ ...KIND, cluster: { provider }, demo: true }), []);
        }
    });

    it("is asked for where it was not built, with what builds it", () => {
        const [problem, ...more] = ownImageProblems({ ...KIND, demo: true }, ["otel-collector.tar"]);
        assert.deepEqual(more, []);
        assert.equal(problem?.where, "image demo");
        assert.match(problem.fix, /make up/);
        assert.deepEqual(ownImageProblems({ ...KIND, demo: true }, ["demo.tar"]), []);
    });

    it("has the namespace that the gate asks for", () => {
        for (const stack of RENDERED_STACKS) {
            const demo = renderedObjects(stack).filter(({ application }) => application === "demo");
            assert.ok(demo.length > 0);
            for (const { manifest } of demo) assert.equal(manifest.metadata.namespace, DEMO_NAMESPACE);
        }
    });
});
