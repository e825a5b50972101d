import assert from "node:assert/strict";
import fc from "fast-check";
import { COMPATIBILITY, compatProblems, versionsOf, type Compatibility } from "../../../components/config/compat";
import { withDefaults } from "../../../components/config/defaults";
import { parseImage } from "../../../components/config/images";
import { layersOf } from "../../../components/config/layers";
import { UserError } from "../../../components/config/problems";
import { chartSpec, IMAGE_IDS, KIND_NODE_IMAGE, pinnedImage, type ImageId } from "../../../components/config/versions";
import { readStackFile } from "../../../tools/stack/stack-file";
import { EQUIPPED, presetConfig } from "../../helpers/platform";

const PRESETS = ["dev-fast", "cilium", "full"] as const;
const FULL = { Kubernetes: "1.34.0", Cilium: "1.19.6", Istio: "1.29.6", "Gateway API": "1.4.1" };

describe("the versions of a stack", () => {
    it("are those of the programs that it has", () => {
        const layers = (settings: { layers: readonly string[]; cni: string }) =>
            layersOf({ ...settings, gitops: { repository: "" } });
        const node = "kindest/node:v1.33.4@sha256:" + "0".repeat(64);
        assert.deepEqual(versionsOf(layers({ layers: ["traefik"], cni: "kindnetd" }), "kind", node), {
            Kubernetes: "1.33.4",
        });
        const full = versionsOf(layers({ layers: ["istio"], cni: "cilium" }), "kwok", node);
        assert.deepEqual(Object.keys(full).sort(), ["Cilium", "Gateway API", "Istio", "Kubernetes"]);
        assert.notEqual(full.Kubernetes, "1.33.4");
        assert.equal(versionsOf([], "existing", node).Kubernetes, undefined);
    });
});

describe("the compatibility table", () => {
    it("has no row twice, and a source for each", () => {
        const keys = COMPATIBILITY.map(({ program, line, other }) => `${program} ${line} ${other}`);
        assert.equal(new Set(keys).size, keys.length);
        for (const { source, works } of COMPATIBILITY) assert.ok(source.length > 20 && works.length > 0);
    });

    it("covers every pair that full has", () => {
        const pairs = COMPATIBILITY.map(({ program, other }) => [program, other].sort().join(" "));
        for (const pair of [
            "Cilium Kubernetes",
            "Cilium Istio",
            "Istio Kubernetes",
            "Gateway API Istio",
            "Gateway API Kubernetes",
        ]) {
            assert.ok(pairs.includes(pair), pair);
        }
    });

    it("knows the pins together, with Kind's node image and with the simulated control plane, in all presets", () => {
        for (const stack of PRESETS) {
            const layers = layersOf(readStackFile(".", stack).settings);
            for (const provider of ["kind", "kwok"] as const) {
                const versions = versionsOf(layers, provider, KIND_NODE_IMAGE);
                assert.ok(versions.Kubernetes !== undefined);
                assert.deepEqual(compatProblems(versions, provider), [], stack);
            }
        }
        assert.equal(
            Object.keys(versionsOf(layersOf(withDefaults({ layers: ["istio"], cni: "cilium" })), "kwok", "")).length,
            4,
        );
    });

    it("refuses a version of Kubernetes that is not known, for each program that does not, with what is known", () => {
        const problems = compatProblems({ ...FULL, Kubernetes: "1.31.2" }, "kind");
        assert.equal(problems.length, 1);
        assert.equal(problems[0]?.where, "hearth:kind.image");
        assert.match(
            problems[0].what,
            /Cilium 1\.19\.6 is not known to work with Kubernetes 1\.31\.2; known: .*1\.32, 1\.33/,
        );
        assert.match(problems[0].what, /compatibility\.rst/);
        assert.equal(compatProblems({ ...FULL, Kubernetes: "1.99.0" }, "kind").length, 3);
        assert.equal(
            compatProblems({ ...FULL, Kubernetes: "1.99.0" }, "kwok")[0]?.where,
            "components/config/registry.json",
        );
    });

    it("refuses a release line that nothing is known of, with what is known of others", () => {
        const problems = compatProblems({ ...FULL, Istio: "1.99.0" }, "kind");
        assert.deepEqual(
            problems.map(({ what }) => what.replace(/;.*/, "")),
            [
                "Istio 1.99.0 is not known to work with Kubernetes 1.34.0",
                "Istio 1.99.0 is not known to work with Gateway API 1.4.1",
                "Istio 1.99.0 is not known to work with Cilium 1.19.6",
            ],
        );
        assert.match(problems[1]?.what ?? "", /known: Istio 1\.29 with Gateway API 1\.4 /);
        assert.match(problems[1]?.fix ?? "", /components\/config\/compat\.ts/);
    });

    it("does not take 1.3 for 1.30, nor one program's line for another's", () => {
        assert.equal(compatProblems({ Kubernetes: "1.3.0", Cilium: "1.19.6" }, "kind").length, 1);
        assert.equal(compatProblems({ Cilium: "1.1.9", Kubernetes: "1.34.0" }, "kind").length, 1);
    });

    it("has nothing to say of programs that are not there, and of an existing cluster's version", () => {
        assert.deepEqual(compatProblems({ Kubernetes: "1.99.0" }, "kind"), []);
        assert.deepEqual(compatProblems({ Cilium: "1.19.6" }, "existing"), []);
    });

    it("accepts exactly the pairs that it lists", () => {
        const lines = ["1.1", "1.2", "1.10"];
        const row = fc.record({ line: fc.constantFrom(...lines), works: fc.subarray(lines) });
        fc.assert(
            fc.property(
                fc.array(row),
                fc.constantFrom(...lines),
                fc.constantFrom(...lines),
                (rows, cilium, kubernetes) => {
                    const table = rows.map((cells): Compatibility => ({
                        ...cells,
                        program: "Cilium",
                        other: "Kubernetes",
                        source: "a test",
                    }));
                    const known = rows.some(({ line, works }) => line === cilium && works.includes(kubernetes));
                    const versions = { Cilium: `${cilium}.7`, Kubernetes: `v${kubernetes}.0` };
                    assert.equal(compatProblems(versions, "kind", table).length, known || rows.length === 0 ? 0 : 1);
                },
            ),
        );
    });
});

describe("the gate", () => {
    const node = (tag: string) => ({ kind: { image: `docker.io/kindest/node:${tag}` }, cluster: "kind" });

    it("refuses a node image whose Kubernetes Cilium does not know, and only where there is Cilium", () => {
        const settings = node("v1.30.0");
        assert.equal(presetConfig("dev-fast", { environment: EQUIPPED, settings }).cluster.provider, "kind");
        for (const stack of ["cilium", "full"]) {
            assert.throws(
                () => presetConfig(stack, { environment: EQUIPPED, settings }),
                (error) => error instanceof UserError && /Cilium 1\.19\.6 is not known.*1\.30\.0/.test(error.message),
            );
            const local = node("v1.34.3-local");
            assert.equal(presetConfig(stack, { environment: EQUIPPED, settings: local }).mode, stack);
        }
    });
});

describe("the pins of one product", () => {
    it("are of one version: Istio's charts, Cilium's chart and its kinds", () => {
        const istio = (["base", "istiod", "cni", "ztunnel"] as const).map((name) => chartSpec(name).version);
        assert.equal(new Set(istio).size, 1);
        assert.equal(chartSpec("cilium").version, chartSpec("cilium-crds").version);
    });

    it("are of the version that their chart installs: images of Cilium, Istio and Argo CD", () => {
        const tag = (id: ImageId): string => parseImage(pinnedImage(id))?.tag ?? "";
        for (const id of ["cilium", "cilium-operator", "hubble-relay"] as const) {
            assert.equal(tag(id), `v${chartSpec("cilium").appVersion}`, id);
        }
        for (const id of IMAGE_IDS.filter((known) => known.startsWith("istio-"))) {
            assert.equal(tag(id), `${chartSpec("istiod").appVersion}-distroless`, id);
        }
        assert.equal(tag("argocd"), chartSpec("argo-cd").appVersion);
    });
});
