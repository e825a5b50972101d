import assert from "node:assert/strict";
import { NAMESPACES, namespacesOf } from "../../components/config/namespaces";
import { DEFAULT_LAYERS, type Layer } from "../../components/config/layers";
import { Namespaces, namespaceLabels } from "../../components/namespaces/namespaces";
import { Harness } from "../helpers/harness";

const TYPE = "kubernetes:core/v1:Namespace";

async function build(layers: readonly Layer[], preview = false): Promise<{ harness: Harness; namespaces: Namespaces }> {
    const harness = await Harness.start({ preview });
    const namespaces = await harness.run(
        () => new Namespaces("namespaces", { config: { layers, applicationNamespaces: [] } }),
    );
    return { harness, namespaces };
}

describe("namespaceLabels", () => {
    for (const spec of NAMESPACES) {
        it(`enforces, audits and warns at level ${spec.podSecurity} in ${spec.name}`, () => {
            const labels = namespaceLabels(spec);
            for (const mode of ["enforce", "audit", "warn"]) {
                assert.equal(labels[`pod-security.kubernetes.io/${mode}`], spec.podSecurity);
                assert.equal(labels[`pod-security.kubernetes.io/${mode}-version`], "latest");
            }
            assert.equal(labels["app.kubernetes.io/part-of"], "hearth");
        });
    }
});

describe("namespaceLabels with more labels", () => {
    const [spec] = NAMESPACES;

    it("has both, and lets nothing take the place of Pod Security", () => {
        assert.ok(spec !== undefined);
        const enforce = "pod-security.kubernetes.io/enforce";
        const labels = namespaceLabels(spec, { "istio.io/dataplane-mode": "ambient", [enforce]: "privileged" });
        assert.equal(labels["istio.io/dataplane-mode"], "ambient");
        assert.equal(labels[enforce], spec.podSecurity);
        assert.notEqual(spec.podSecurity, "privileged");
    });
});

describe("Namespaces", () => {
    it("makes every namespace of the default layers below itself, under its literal name", async () => {
        const { harness } = await build(DEFAULT_LAYERS);
        const self = harness.only("hearth:namespaces:Namespaces");
        const made = harness.all(TYPE);
        assert.deepEqual(
            made.map(({ inputs }) => (inputs["metadata"] as { name: string }).name).sort(),
            namespacesOf(DEFAULT_LAYERS)
                .map(({ name }) => name)
                .sort(),
        );
        for (const namespace of made) {
            assert.equal(namespace.parent, self.urn);
            assert.ok(namespace.name.startsWith("namespaces-"));
        }
    });

    it("gives each namespace the labels that are asked for by its name, and to no other", async () => {
        const harness = await Harness.start();
        await harness.run(
            () =>
                new Namespaces("namespaces", {
                    config: { layers: ["traefik", "garage"], applicationNamespaces: ["apps"] },
                    labels: (namespace): Record<string, string> => (namespace === "apps" ? { mesh: "yes" } : {}),
                }),
        );
        const labelled = harness
            .all(TYPE)
            .filter(
                ({ inputs }) => (inputs["metadata"] as { labels: Record<string, string> }).labels["mesh"] === "yes",
            );
        assert.deepEqual(
            labelled.map(({ name }) => name),
            ["namespaces-apps"],
        );
        assert.equal(harness.all(TYPE).length, 3);
    });

    it("makes no namespace that no layer needs, and refuses to be asked for it", async () => {
        const { harness, namespaces } = await build(["prometheus", "grafana"]);
        assert.deepEqual(
            harness.all(TYPE).map(({ name }) => name),
            ["namespaces-observability"],
        );
        assert.throws(() => namespaces.of("storage"), /storage/);
    });

    it("gives the namespace to depend on, in a first preview too", async () => {
        const { harness, namespaces } = await build(DEFAULT_LAYERS, true);
        const urn = await new Promise((resolve) => namespaces.of("storage").urn.apply(resolve));
        assert.equal(urn, harness.only(TYPE, "namespaces-storage").urn);
    });
});
