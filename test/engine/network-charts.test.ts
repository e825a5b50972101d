import assert from "node:assert/strict";
import { formatImage, resolveImage, type ImageConfig } from "../../components/config/images";
import { CILIUM_METRICS } from "../../components/config/metrics-ports";
import type { ImageId } from "../../components/config/versions";
import { ciliumValues, type CiliumSettings } from "../../components/network/cilium-values";
import { idOf, type Manifest } from "../helpers/manifests";
import { ciliumSettings } from "../helpers/network";
import { at } from "../helpers/observability";
import { bothSources, NO_OFFICIAL_CHARTS } from "../helpers/official-charts";
import { containers, resourceProblems, restrictedProblems, type PodContainer } from "../helpers/pod-security";
import { helm, render } from "../helpers/render";
import { skip } from "../helpers/skip";

const IMAGES: readonly ImageId[] = ["cilium", "cilium-operator", "hubble-relay", "hubble-ui", "hubble-ui-backend"];

/** Who is on the node's network: without them there is no other. */
const ON_THE_NODE = ["DaemonSet/cilium: ", "Deployment/cilium-operator: "];

function isOnNode({ where }: PodContainer): boolean {
    return ON_THE_NODE.some((place) => where.startsWith(place));
}

/** Rules of every role that mention a resource. */
function rulesAbout(manifests: readonly Manifest[], resource: string): readonly unknown[] {
    return manifests.flatMap(({ rules }) => {
        const list: readonly unknown[] = Array.isArray(rules) ? rules : [];
        return list.filter((rule) => {
            const resources = at(rule, "resources");
            return Array.isArray(resources) && resources.includes(resource);
        });
    });
}

describe("the rendered network", function () {
    this.timeout(30_000);
    const program = helm();

    before(function () {
        if (program === undefined) skip(this, "there is no helm on PATH");
    });

    for (const { title, path, there } of bothSources("cilium")) {
        describe(`from ${title}`, () => {
            before(function () {
                if (!there) skip(this, NO_OFFICIAL_CHARTS);
            });

            const rendered = (changes: Partial<CiliumSettings> = {}): readonly Manifest[] =>
                render(program ?? "helm", {
                    chart: path("cilium"),
                    release: "cilium",
                    namespace: "kube-system",
                    values: ciliumValues(ciliumSettings(changes), "NodePort"),
                });

            it("is the node's where it must be; all else passes Pod Security restricted", () => {
                const found = containers(rendered());
                const others = found.filter((one) => !isOnNode(one));
                assert.deepEqual(
                    others.map(({ where }) => where),
                    ["hubble-relay: hubble-relay", "hubble-ui: frontend", "hubble-ui: backend"].map(
                        (name) => `Deployment/${name}`,
                    ),
                );
                for (const one of others) assert.deepEqual(restrictedProblems(one), [], one.where);
            });

            it("has one privileged container, which ends before the agent begins", () => {
                const privileged = containers(rendered()).filter((one) =>
                    restrictedProblems(one).includes("is privileged"),
                );
                assert.deepEqual(
                    privileged.map(({ where }) => where),
                    ["DaemonSet/cilium: mount-bpf-fs"],
                );
                const { pod = {} } = privileged[0] ?? {};
                assert.match(JSON.stringify(pod["initContainers"]), /"name":"mount-bpf-fs"/);
            });

            it("gives every container requests and a limit of memory", () => {
                for (const one of containers(rendered())) assert.deepEqual(resourceProblems(one), [], one.where);
            });

            it("runs pinned images, from wherever registries were moved to, by tag where they come from archives", () => {
                const configs: readonly ImageConfig[] = [
                    { overrides: {}, registries: {}, byTagOnly: false },
                    { overrides: {}, registries: { "quay.io": "mirror.example/quay" }, byTagOnly: true },
                ];
                for (const images of configs) {
                    const expected = IMAGES.map((id) => formatImage(resolveImage(id, images)));
                    const found = containers(rendered({ images })).map(({ container }) => String(container["image"]));
                    assert.deepEqual([...new Set(found)].sort(), [...expected].sort());
                }
            });

            it("makes no namespace, no hook and no Secret but certificates", () => {
                const manifests = rendered();
                assert.deepEqual(
                    manifests.filter(({ kind }) => kind === "Namespace" || kind === "Job" || kind === "CronJob"),
                    [],
                );
                assert.doesNotMatch(JSON.stringify(manifests), /helm\.sh\/hook/);
                const secrets = manifests.filter(({ kind }) => kind === "Secret").map(({ metadata }) => metadata.name);
                for (const name of secrets) assert.match(name, /^(cilium-ca|hubble-.*-certs)$/);
            });

            it("lets nobody read Secrets or end pods", () => {
                const manifests = rendered();
                assert.deepEqual(rulesAbout(manifests, "secrets"), []);
                for (const rule of rulesAbout(manifests, "pods")) {
                    assert.doesNotMatch(JSON.stringify(at(rule, "verbs")), /delete|create|\*/);
                }
            });

            it("tells Prometheus where its metrics are, each once", () => {
                const scraped = rendered().flatMap((manifest) =>
                    ["metadata/annotations", "spec/template/metadata/annotations"].flatMap((place) => {
                        const found = new Map(Object.entries(at(manifest, place) ?? {}));
                        if (found.get("prometheus.io/scrape") !== "true") return [];
                        return [`${idOf(manifest)} ${String(found.get("prometheus.io/port"))}`];
                    }),
                );
                assert.deepEqual(scraped.sort(), [
                    `DaemonSet kube-system/cilium ${CILIUM_METRICS.agent}`,
                    `Deployment kube-system/cilium-operator ${CILIUM_METRICS.operator}`,
                    `Service kube-system/hubble-metrics ${CILIUM_METRICS.hubble}`,
                ]);
            });

            it("has the Hubble UI on the port table's NodePort, and none without the layer", () => {
                const services = (manifests: readonly Manifest[]): readonly string[] =>
                    manifests
                        .filter(({ kind }) => kind === "Service")
                        .map(({ metadata }) => metadata.name)
                        .sort();
                const ui = rendered().find(({ kind, metadata }) => kind === "Service" && metadata.name === "hubble-ui");
                assert.match(JSON.stringify(ui?.["spec"]), /"nodePort":31235/);
                const always = ["hubble-metrics", "hubble-peer", "hubble-relay"];
                assert.deepEqual(services(rendered()), [...always, "hubble-ui"]);
                assert.deepEqual(services(rendered({ layers: ["cilium"] })), always);
            });

            it("takes the settings into its configuration, under the agents' own names", () => {
                const config = (changes: Partial<CiliumSettings>): unknown =>
                    rendered(changes).find(({ metadata }) => metadata.name === "cilium-config")?.["data"];
                const found = config({ cilium: { kubeProxyReplacement: true, l7Proxy: false } });
                const expected = {
                    "cluster-name": "hearth-cilium",
                    ipam: "kubernetes",
                    "kube-proxy-replacement": "true",
                    "bpf-lb-sock-hostns-only": "true",
                    "enable-bpf-masquerade": "false",
                    "cni-exclusive": "false",
                    "enable-l7-proxy": "false",
                    "external-envoy-proxy": "false",
                    "skip-crd-creation": "true",
                    "unmanaged-pod-watcher-interval": "0",
                    "policy-secrets-namespace": "",
                    "hubble-redact-enabled": "true",
                };
                for (const [key, value] of Object.entries(expected)) assert.equal(at(found, key), value, key);
                assert.equal(at(config({}), "kube-proxy-replacement"), "false");
                assert.equal(at(config({}), "enable-l7-proxy"), "true");
            });

            it("tells agents and operator the API server's address only in kube-proxy's place", () => {
                const cilium = { kubeProxyReplacement: true, l7Proxy: true };
                const told = containers(rendered({ cilium })).filter(({ container }) =>
                    JSON.stringify(container["env"] ?? []).includes('"value":"hearth-cilium-control-plane"'),
                );
                assert.deepEqual(
                    told.map(({ where }) => where).sort(),
                    ["clean-cilium-state", "cilium-agent", "config"]
                        .map((name) => `DaemonSet/cilium: ${name}`)
                        .concat("Deployment/cilium-operator: cilium-operator")
                        .sort(),
                );
                assert.doesNotMatch(JSON.stringify(rendered()), /hearth-cilium-control-plane/);
            });
        });
    }
});
