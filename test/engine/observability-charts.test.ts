import assert from "node:assert/strict";
import { formatImage, resolveImage, type ImageConfig } from "../../components/config/images";
import type { ImageId } from "../../components/config/versions";
import type { Manifest } from "../helpers/manifests";
import { PINNED, settings, VALUES } from "../helpers/observability";
import { bothSources, NO_OFFICIAL_CHARTS } from "../helpers/official-charts";
import { containers, resourceProblems, restrictedProblems } from "../helpers/pod-security";
import { helm, render } from "../helpers/render";
import { skip } from "../helpers/skip";

type Chart = keyof typeof VALUES;
const CHARTS = Object.keys(VALUES) as readonly Chart[];

const IMAGES: Readonly<Record<Chart, readonly ImageId[]>> = {
    prometheus: ["prometheus", "alertmanager", "kube-state-metrics", "node-exporter"],
    grafana: ["grafana"],
    loki: ["loki"],
    tempo: ["tempo"],
};

/** Who asks the API server, and so needs a token. */
const ASKS_API_SERVER = ["prometheus", "kube-state-metrics"];

const MOVED: ImageConfig = {
    overrides: {},
    registries: {
        "docker.io": "mirror.example/hub",
        "quay.io": "mirror.example/quay",
        "registry.k8s.io": "k8s.example",
    },
    byTagOnly: true,
};

describe("rendered observability", function () {
    this.timeout(30_000);
    const program = helm();

    before(function () {
        if (program === undefined) skip(this, "there is no helm on PATH");
    });

    for (const source of bothSources(...CHARTS)) {
        describe(`from ${source.title}`, () => {
            before(function () {
                if (!source.there) skip(this, NO_OFFICIAL_CHARTS);
            });

            for (const chart of CHARTS) {
                const rendered = (images: ImageConfig = PINNED): readonly Manifest[] =>
                    render(program ?? "helm", {
                        chart: source.path(chart),
                        release: chart,
                        namespace: "observability",
                        values: VALUES[chart](settings({ images })),
                    });

                it(`${chart}: every container passes Pod Security restricted, but on the node`, () => {
                    const found = containers(rendered());
                    assert.ok(found.length > 0);
                    for (const one of found) {
                        const allowed = one.namespace === "node-agents" ? ["sees the host", "mounts the host"] : [];
                        assert.deepEqual(restrictedProblems(one), allowed, one.where);
                    }
                });

                it(`${chart}: every container has requests and a limit of memory`, () => {
                    for (const one of containers(rendered())) assert.deepEqual(resourceProblems(one), [], one.where);
                });

                it(`${chart}: every container runs a pinned image, from wherever registries were moved to`, () => {
                    for (const images of [PINNED, MOVED]) {
                        const expected = IMAGES[chart].map((id) => formatImage(resolveImage(id, images)));
                        const found = containers(rendered(images)).map(({ container }) => String(container["image"]));
                        assert.deepEqual([...new Set(found)].sort(), [...expected].sort());
                    }
                });

                it(`${chart}: only who asks the API server gets a token`, () => {
                    for (const { where, pod } of containers(rendered())) {
                        const asks = ASKS_API_SERVER.some((name) => where.includes(`/${name}:`));
                        assert.equal(pod["automountServiceAccountToken"] ?? true, asks, where);
                    }
                });

                it(`${chart}: makes no Secret, no hook and nothing that belongs to the whole cluster`, () => {
                    const manifests = rendered();
                    const kinds = manifests.map(({ kind }) => kind);
                    assert.ok(!kinds.some((kind) => kind === "Secret" || kind.startsWith("Cluster")));
                    assert.ok(!JSON.stringify(manifests).includes("helm.sh/hook"));
                    const namespaces = new Set(manifests.map(({ metadata }) => metadata.namespace));
                    for (const namespace of namespaces)
                        assert.match(String(namespace), /^(observability|node-agents)$/);
                });
            }
        });
    }
});
