import assert from "node:assert/strict";
import fc from "fast-check";
import { hasLayer } from "../../../components/config/schema";
import { flowsOf, isTunnelled, onTheWire, type FlowSettings } from "../../../components/flows/flows";
import type { Flow, Peer } from "../../../components/flows/peers";
import { addressOf } from "../../../components/flows/targets";
import { EQUIPPED, presetConfig, type StackOptions } from "../../helpers/platform";
import { stacks } from "../../helpers/reachability-stacks";

const MODES = ["dev-fast", "cilium", "full"] as const;

function flows(mode: (typeof MODES)[number], settings: StackOptions["settings"] = {}): readonly Flow[] {
    return flowsOf(presetConfig(mode, { settings, environment: EQUIPPED }));
}

function only(all: readonly Flow[], id: string): Flow {
    const [found, ...more] = all.filter((flow) => flow.id === id);
    if (found === undefined || more.length > 0) throw new Error(`${1 + more.length} flows ${id}`);
    return found;
}

function has(all: readonly Flow[], id: string): boolean {
    return all.some((flow) => flow.id === id);
}

/** A peer in a word. */
function name(peer: Peer): string {
    if (peer.kind === "workload") return peer.workload.id;
    return "namespace" in peer ? `${peer.kind} ${peer.namespace}` : peer.kind;
}

describe("flowsOf", () => {
    for (const mode of MODES) {
        it(`${mode}: names each flow once, says why in a sentence, and lists ports that exist`, () => {
            const all = flows(mode, { applicationNamespaces: ["apps", "shop"] });
            const ids = all.map(({ id }) => id);
            assert.deepEqual(
                ids.filter((id, index) => ids.indexOf(id) !== index),
                [],
            );
            for (const { id, ports, protocols, reason } of all) {
                assert.match(reason, /^[A-Z].*[^ ]\.$/, id);
                assert.ok(protocols.length > 0, id);
                assert.ok(ports === "any" || (ports.length > 0 && ports.every((port) => port > 0 && port < 65536)), id);
            }
        });
    }

    it("sends applications' requests straight to them without a mesh, and by the waypoint with one", () => {
        const direct = only(flows("cilium"), "route/apps");
        assert.deepEqual([name(direct.from), name(direct.to), direct.ports], ["traefik", "applications apps", "any"]);
        const full = flows("full");
        const gated = only(full, "route/apps");
        assert.deepEqual([name(gated.from), name(gated.to), gated.ports], ["traefik", "waypoint-apps", [15008]]);
        const leading = full.filter((flow) => name(flow.to) === "applications apps").map((flow) => name(flow.from));
        assert.deepEqual(leading, ["waypoint-apps"]);
    });

    it("scrapes applications where no mesh closes them", () => {
        assert.ok(has(flows("dev-fast"), "scrape/apps"));
        assert.ok(has(flows("cilium"), "scrape/apps"));
        assert.ok(!has(flows("full"), "scrape/apps"));
        assert.ok(has(flows("full"), "scrape/waypoint-apps"));
    });

    it("scrapes programs of the nodes' network at the nodes, kubelets among them", () => {
        const scraped = flows("cilium").filter(({ id, to }) => id.startsWith("scrape/") && to.kind === "nodes");
        assert.deepEqual(
            scraped.map(({ id, ports }) => [id, ports]),
            [
                ["scrape/kubelet", [10250]],
                ["scrape/node-exporter", [9100]],
                ["scrape/cilium", [9962, 9965]],
                ["scrape/cilium-operator", [9963]],
            ],
        );
    });

    it("gives applications the collector and their databases, and not Garage", () => {
        for (const mode of MODES) {
            const to = flows(mode)
                .filter((flow) => name(flow.from) === "applications apps")
                .map((flow) => name(flow.to));
            const inside = mode === "full" ? "waypoint-apps" : "applications apps";
            assert.deepEqual(to, [inside, "otel-collector", "postgresql", "coredns"], mode);
        }
    });

    it("has no flow for an application where there is none", () => {
        const all = flows("full", { applicationNamespaces: [] });
        assert.ok(all.every(({ from, to }) => [from, to].every((end) => !/^(applications|waypoint)/.test(name(end)))));
    });

    it("lets the API server ask istiod about objects, from whichever node it runs on", () => {
        const webhook = only(flows("full"), "webhook/istiod");
        assert.deepEqual([name(webhook.from), name(webhook.to), webhook.ports], ["nodes", "istiod", [15017]]);
    });

    it("opens the rows of the port table to the outside, by the ports behind the Services", () => {
        const entered = flows("full").filter(({ id }) => id.startsWith("enter/"));
        assert.deepEqual(
            entered.map(({ to, ports }) => [name(to), ports]),
            [
                ["traefik", [8000]],
                ["prometheus", [9090]],
                ["alertmanager", [9093]],
                ["grafana", [3000]],
                ["hubble-ui", [8081]],
                ["argocd-server", [8080]],
            ],
        );
        assert.ok(entered.every(({ from }) => from.kind === "outside"));
    });

    it("bounds by ports alone what a cluster of somebody else's does not name", () => {
        const theirs = { cluster: "existing", context: "theirs", collector: "upstream" };
        const all = flows("dev-fast", theirs);
        const api = only(all, "api/prometheus");
        assert.deepEqual([api.to.kind, api.ports], ["anyone", [443, 6443]]);
        assert.equal(only(all, "scrape/node-exporter").to.kind, "anyone");
        assert.equal(only(all, "enter/grafana").from.kind, "anyone");
        assert.ok(
            all.every(({ from, to }) => ![from.kind, to.kind].some((kind) => /nodes|api-server|outside/.test(kind))),
        );
        // Behind Services of the cluster alone nobody comes from outside.
        const closed = flows("dev-fast", { ...theirs, serviceType: "ClusterIP" });
        assert.ok(!closed.some(({ id }) => id.startsWith("enter/")));
    });

    it("is without any flow of a layer that is off, whatever layers are on", () => {
        fc.assert(
            fc.property(stacks(), (config) => {
                for (const { id, from, to } of flowsOf(config)) {
                    for (const end of [from, to]) {
                        if (end.kind === "workload") {
                            const { layer } = end.workload;
                            assert.ok(layer === undefined || hasLayer(config, layer), id);
                        }
                        if (end.kind === "applications") {
                            assert.ok(config.applicationNamespaces.includes(end.namespace), id);
                        }
                    }
                }
            }),
        );
    });
});

describe("flows to addresses of the settings", () => {
    const git = (repository: string, settings: StackOptions["settings"] = {}) =>
        flows("full", { gitops: { repository }, ...settings }).find(({ id }) => id === "git/argocd-repo-server");

    it("lead outside by the URL's port or its scheme's, for repo-server alone", () => {
        const ports = {
            "https://git.example/apps.git": 443,
            "http://git.example:3000/apps.git": 3000,
            "ssh://git@git.example:2222/apps.git": 2222,
            "git@git.example:team/apps.git": 22,
            "git://git.example/apps.git": 9418,
        };
        for (const [repository, port] of Object.entries(ports)) {
            const flow = git(repository);
            assert.ok(flow !== undefined, repository);
            assert.deepEqual([name(flow.from), name(flow.to), flow.ports], ["argocd-repo-server", "outside", [port]]);
        }
    });

    it("are absent without a repository, for one on disk, and without Argo CD", () => {
        assert.ok(!has(flows("full"), "git/argocd-repo-server"));
        assert.equal(addressOf("file:///srv/git/apps.git"), undefined);
        assert.equal(addressOf("/srv/git/apps.git"), undefined);
        const { gitops, ...cilium } = presetConfig("cilium");
        const withoutArgoCd = { ...cilium, gitops: { ...gitops, repository: "https://git.example/apps.git" } };
        assert.ok(!has(flowsOf(withoutArgoCd), "git/argocd-repo-server"));
    });

    it("lead to the pods of a namespace that the address names, at any port, since a Service's need not be theirs", () => {
        const flow = git("http://gitea.forge.svc.cluster.local:3000/team/apps.git");
        assert.deepEqual([flow?.to, flow?.ports], [{ kind: "foreign", namespace: "forge" }, "any"]);
    });

    it("lead neither into the platform's namespaces nor round a waypoint", () => {
        assert.equal(git("http://garage.storage.svc:3900/apps.git"), undefined);
        assert.equal(git("http://gitea.apps.svc:3000/apps.git"), undefined);
        const auth = { authAddress: "http://auth.apps.svc:8080/verify" };
        assert.ok(!has(flows("full", auth), "auth/traefik"));
        assert.deepEqual(only(flows("dev-fast", auth), "auth/traefik").to, { kind: "applications", namespace: "apps" });
    });

    it("let Traefik ask who may come in only where an address is configured", () => {
        assert.ok(!has(flows("dev-fast"), "auth/traefik"));
        const flow = only(flows("dev-fast", { authAddress: "https://login.example/verify" }), "auth/traefik");
        assert.deepEqual([name(flow.to), flow.ports], ["outside", [443]]);
    });

    it("let istiod fetch keys, and names, only of an issuer whose keys are not inlined", () => {
        const oidc = { issuer: "https://issuer.example", jwksUrl: "https://keys.example:8443/jwks" };
        const all = flows("full", { oidc, roles: {} });
        assert.deepEqual([name(only(all, "jwks/istiod").to), only(all, "jwks/istiod").ports], ["outside", [8443]]);
        assert.ok(has(all, "dns/istiod"));
        assert.ok(!has(flows("full"), "jwks/istiod") && !has(flows("full"), "dns/istiod"));
    });
});

describe("onTheWire", () => {
    const config: FlowSettings = presetConfig("full");

    it("is one TCP port between ends that are both in the mesh, and the flow itself otherwise", () => {
        const all = flowsOf(config);
        const wire = (id: string): Pick<Flow, "ports" | "protocols"> => onTheWire(only(all, id), config);
        assert.deepEqual(wire("checked/apps").ports, [15008]);
        assert.deepEqual(wire("checked/apps").protocols, ["TCP"]);
        assert.deepEqual(wire("inside/apps").ports, [15008]);
        assert.deepEqual(wire("otlp/apps").ports, [4317, 4318]);
        assert.deepEqual(wire("enter/traefik").ports, [8000]);
        assert.deepEqual(wire("scrape/traefik").ports, [9100]);
        const tunnelled = all.filter((flow) => isTunnelled(flow, config)).map(({ id }) => id);
        assert.deepEqual(tunnelled, ["route/apps", "inside/apps", "checked/apps"]);
    });

    it("changes nothing without a mesh", () => {
        const cilium = presetConfig("cilium");
        assert.deepEqual(
            flowsOf(cilium).map((flow) => onTheWire(flow, cilium)),
            flowsOf(cilium),
        );
    });
});
