import assert from "node:assert/strict";
import { formatImage, resolveImage } from "../../components/config/images";
import { ARGOCD_METRICS } from "../../components/config/metrics-ports";
import type { Values } from "../../components/core/release";
import { MOVED, PINNED, values } from "../helpers/gitops";
import { idOf, type Manifest } from "../helpers/manifests";
import { at } from "../helpers/observability";
import { bothSources, NO_OFFICIAL_CHARTS } from "../helpers/official-charts";
import { containers, resourceProblems, restrictedProblems } from "../helpers/pod-security";
import { helm, render } from "../helpers/render";
import { skip } from "../helpers/skip";

/** Who asks the API server, and so needs a token. */
const ASKS_API_SERVER = ["argocd-server", "argocd-application-controller", "argocd-applicationset-controller"];

describe("rendered Argo CD", function () {
    this.timeout(60_000);
    const program = helm();

    before(function () {
        if (program === undefined) skip(this, "there is no helm on PATH");
    });

    for (const { title, path, there } of bothSources("argo-cd")) {
        describe(`from ${title}`, () => {
            before(function () {
                if (!there) skip(this, NO_OFFICIAL_CHARTS);
            });

            const rendered = (of: Values = values()): readonly Manifest[] =>
                render(program ?? "helm", {
                    chart: path("argo-cd"),
                    release: "argocd",
                    namespace: "argocd",
                    values: of,
                });

            it("is five workloads, and no Ingress, no Job and no hook", () => {
                const manifests = rendered();
                const workloads = manifests.filter(({ kind }) => kind === "Deployment" || kind === "StatefulSet");
                assert.deepEqual(
                    workloads.map(({ metadata }) => metadata.name).sort(),
                    ["application-controller", "applicationset-controller", "redis", "repo-server", "server"].map(
                        (part) => `argocd-${part}`,
                    ),
                );
                assert.ok(!manifests.some(({ kind }) => ["Ingress", "Job", "NetworkPolicy"].includes(kind)));
                assert.doesNotMatch(JSON.stringify(manifests), /helm\.sh\/hook"/);
            });

            it("has no right outside its own namespace, and nothing there but kinds belongs to the whole cluster", () => {
                const manifests = rendered();
                assert.deepEqual(
                    manifests.filter(({ kind }) => kind.startsWith("Cluster")),
                    [],
                );
                for (const { kind, metadata } of manifests) {
                    if (kind !== "CustomResourceDefinition") assert.equal(metadata.namespace, "argocd", kind);
                }
            });

            it("passes Pod Security restricted, with requests and a limit of memory for each container", () => {
                const found = containers(rendered());
                assert.ok(found.length > 5);
                for (const one of found) {
                    assert.deepEqual(restrictedProblems(one), [], one.where);
                    assert.deepEqual(resourceProblems(one), [], one.where);
                }
            });

            it("runs two images, pinned, from wherever registries were moved to", () => {
                for (const images of [PINNED, MOVED]) {
                    const expected = (["argocd", "argocd-redis"] as const).map((id) =>
                        formatImage(resolveImage(id, images)),
                    );
                    const found = containers(rendered(values({ images }))).map(({ container }) => container["image"]);
                    assert.deepEqual([...new Set(found)].sort(), [...expected].sort());
                }
            });

            it("gives each part an account of its own, and a token only to who asks the API server", () => {
                const accounts = new Map(containers(rendered()).map(({ where, pod }) => [where.split(":")[0], pod]));
                for (const [workload = "", { serviceAccountName, automountServiceAccountToken = true }] of accounts) {
                    const name = workload.replace(/^.*\//, "");
                    assert.equal(serviceAccountName, name);
                    assert.equal(automountServiceAccountToken, ASKS_API_SERVER.includes(name), name);
                }
            });

            it("makes one Secret, with no secret in it: that it is in the cluster that it manages", () => {
                const secrets = rendered().filter(({ kind }) => kind === "Secret");
                assert.deepEqual(secrets.map(idOf), ["Secret argocd/argocd-cluster-in-cluster"]);
                assert.equal(at(secrets[0], "stringData/namespaces"), "apps");
                assert.equal(at(secrets[0], "stringData/clusterResources"), undefined);
                assert.doesNotMatch(JSON.stringify(secrets), /token|password/i);
            });

            it("reads the platform's password of Redis, without which Redis does not start", () => {
                const [redis] = containers(rendered()).filter(
                    ({ where }) => where === "Deployment/argocd-redis: redis",
                );
                const reference = { secretKeyRef: { name: "argocd-redis", key: "auth" } };
                assert.ok(JSON.stringify(redis?.container["env"]).includes(JSON.stringify(reference)));
            });

            it("leads both NodePorts to the one port that answers HTTP and HTTPS", () => {
                const [service] = rendered().filter((one) => idOf(one) === "Service argocd/argocd-server");
                const ports = at(service, "spec/ports") as readonly Record<string, unknown>[];
                assert.deepEqual(
                    ports.map(({ port, nodePort, targetPort }) => ({ port, nodePort, targetPort })),
                    [
                        { port: 80, nodePort: 30080, targetPort: 8080 },
                        { port: 443, nodePort: 30443, targetPort: 8080 },
                    ],
                );
            });

            it("tells Prometheus where its metrics are, each once", () => {
                const scraped = rendered().flatMap((manifest) =>
                    ["metadata/annotations", "spec/template/metadata/annotations"].flatMap((place) => {
                        const found = new Map(Object.entries(at(manifest, place) ?? {}));
                        if (found.get("prometheus.io/scrape") !== "true") return [];
                        return [`${manifest.metadata.name} ${String(found.get("prometheus.io/port"))}`];
                    }),
                );
                assert.deepEqual(scraped.sort(), [
                    `argocd-application-controller ${ARGOCD_METRICS.controller}`,
                    `argocd-applicationset-controller ${ARGOCD_METRICS.applicationSet}`,
                    `argocd-repo-server ${ARGOCD_METRICS.repoServer}`,
                    `argocd-server ${ARGOCD_METRICS.server}`,
                ]);
            });
        });
    }
});
