import assert from "node:assert/strict";
import { imagesOf } from "../../../components/config/stack-images";
import { LAYERS, NETWORK_LAYER, type Layer } from "../../../components/config/layers";
import { IMAGE_IDS, pinnedImage } from "../../../components/config/versions";

const PLAIN = { overrides: {}, registries: {}, byTagOnly: false };

function ids(layers: readonly Layer[], collector: "own" | "upstream" = "own"): readonly string[] {
    return imagesOf({ layers, collector, images: PLAIN }).map(({ id }) => id);
}

describe("imagesOf", () => {
    it("names every image of the registry for all layers together, but the demo's and the collector not chosen", () => {
        for (const [chosen, other, collector] of [
            ["otel-collector", "otel-collector-upstream", "own"],
            ["otel-collector-upstream", "otel-collector", "upstream"],
        ] as const) {
            const found = ids([NETWORK_LAYER, ...LAYERS], collector);
            assert.ok(found.includes(chosen));
            assert.deepEqual([...found].sort(), IMAGE_IDS.filter((id) => id !== other && id !== "demo").sort());
        }
    });

    it("names the demo's where it is on, as its manifests do, whatever settings put in an image's place", () => {
        const images = { overrides: {}, registries: { "hearth.local": "m.example" }, byTagOnly: true };
        const found = imagesOf({ layers: ["postgresql"], collector: "own", images, demo: true });
        assert.deepEqual(found.at(-1), { id: "demo", reference: pinnedImage("demo") });
        assert.equal(found.filter(({ id }) => id === "demo").length, 1);
    });

    it("names none of a layer that is off", () => {
        assert.deepEqual(ids(["postgresql"]), ["postgresql", "postgres-exporter"]);
        assert.deepEqual(ids([]), []);
        assert.deepEqual(ids(["cilium"]), ["cilium", "cilium-operator", "hubble-relay"]);
        assert.ok(!ids(LAYERS).includes("cilium"));
    });

    it("gives references as pods name them, after overrides and registries", () => {
        const images = {
            overrides: { loki: "r.example/loki:1" },
            registries: { "docker.io": "m.example" },
            byTagOnly: false,
        };
        const references = imagesOf({ layers: ["loki", "tempo"], collector: "own", images }).map(
            (image) => image.reference,
        );
        assert.equal(references[0], "r.example/loki:1");
        assert.match(references[1] ?? "", /^m\.example\/grafana\/tempo:/);
    });
});
