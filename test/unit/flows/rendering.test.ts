import assert from "node:assert/strict";
import { admission, authorizationPolicies, plaintextPorts } from "../../../components/flows/authorization-policies";
import { ciliumPolicies } from "../../../components/flows/cilium-policies";
import { networkPolicies } from "../../../components/flows/network-policies";
import { flow, peer, podsOf } from "../../../components/flows/peers";
import { waypoint, workload } from "../../../components/flows/workloads";
import { at } from "../../helpers/observability";
import { EQUIPPED, presetConfig } from "../../helpers/platform";

const [DEV, CILIUM, FULL] = ["dev-fast", "cilium", "full"].map((mode) => presetConfig(mode));

function config(of: ReturnType<typeof presetConfig> | undefined) {
    if (of === undefined) throw new Error("no such mode");
    return of;
}

interface Named {
    readonly metadata: { readonly name: string; readonly namespace?: string };
}

function named<T extends Named>(objects: readonly T[], namespace: string | undefined, name: string): T {
    const found = objects.find(({ metadata }) => metadata.name === name && metadata.namespace === namespace);
    if (found === undefined) throw new Error(`there is no ${namespace ?? ""}/${name}`);
    return found;
}

function namesIn(objects: readonly Named[], namespace: string): readonly string[] {
    return objects.filter(({ metadata }) => metadata.namespace === namespace).map(({ metadata }) => metadata.name);
}

describe("the kinds of policies", () => {
    it("are Kubernetes' without Cilium, Cilium's with it, and Istio's in the mesh alone", () => {
        const kinds = [DEV, CILIUM, FULL].map((mode) => [
            ...new Set(
                [
                    ...networkPolicies(config(mode)),
                    ...ciliumPolicies(config(mode)),
                    ...authorizationPolicies(config(mode)),
                ].map(({ apiVersion, kind }) => `${apiVersion} ${kind}`),
            ),
        ]);
        assert.deepEqual(kinds, [
            ["networking.k8s.io/v1 NetworkPolicy"],
            ["cilium.io/v2 CiliumNetworkPolicy"],
            [
                "cilium.io/v2 CiliumNetworkPolicy",
                "cilium.io/v2 CiliumClusterwideNetworkPolicy",
                "security.istio.io/v1 AuthorizationPolicy",
            ],
        ]);
    });

    it("have names of their own in each namespace, and every label of Hearth's objects", () => {
        for (const mode of [DEV, CILIUM, FULL]) {
            for (const objects of [
                networkPolicies(config(mode)),
                ciliumPolicies(config(mode)),
                authorizationPolicies(config(mode)),
            ]) {
                const ids = objects.map(({ metadata }) => `${metadata.namespace ?? ""}/${metadata.name}`);
                assert.equal(new Set(ids).size, ids.length);
                assert.ok(objects.every(({ metadata }) => metadata.labels?.["app.kubernetes.io/part-of"] === "hearth"));
            }
        }
    });

    it("close every namespace of a stack, that of the users without pods included", () => {
        const closed = ciliumPolicies(config(FULL)).filter(({ metadata }) => metadata.name === "default-deny");
        assert.deepEqual(
            closed.map(({ metadata }) => metadata.namespace),
            ["edge", "observability", "node-agents", "storage", "database", "istio-system", "users", "argocd", "apps"],
        );
        assert.ok(closed.every(({ spec }) => JSON.stringify(spec["endpointSelector"]) === "{}"));
    });
});

describe("networkPolicies", () => {
    it("select a workload's pods, and close what no flow opens", () => {
        const { spec } = named(networkPolicies(config(DEV)), "storage", "garage");
        assert.deepEqual(spec.podSelector, { matchLabels: { "app.kubernetes.io/name": "garage" } });
        assert.deepEqual(spec.policyTypes, ["Ingress", "Egress"]);
        assert.deepEqual(spec.egress, []);
        assert.deepEqual(
            spec.ingress.map(({ from, ports }) => [at(from, "0/podSelector/matchLabels"), ports]),
            [
                [{ "app.kubernetes.io/name": "loki" }, [{ port: 3900, protocol: "TCP" }]],
                [{ "app.kubernetes.io/name": "tempo" }, [{ port: 3900, protocol: "TCP" }]],
                [{ "app.kubernetes.io/name": "prometheus" }, [{ port: 3903, protocol: "TCP" }]],
            ],
        );
    });

    it("lead to nodes and the API server by private addresses that are no pod's", () => {
        const { spec } = named(networkPolicies(config(DEV)), "observability", "kube-state-metrics");
        const blocks = spec.egress.flatMap(({ to = [] }) => to.map(({ ipBlock }) => ipBlock));
        assert.deepEqual(
            blocks.map((block) => block?.cidr),
            ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"],
        );
        assert.deepEqual(blocks[0]?.except, ["10.244.0.0/16"]);
        assert.deepEqual(
            spec.egress.map(({ ports }) => ports),
            [[{ port: 6443, protocol: "TCP" }]],
        );
    });

    it("let people come from everywhere but pods, to the port behind the NodePort", () => {
        const { spec } = named(networkPolicies(config(DEV)), "observability", "grafana");
        const fromOutside = spec.ingress.find(({ from }) => at(from, "0/ipBlock") !== undefined);
        assert.deepEqual(fromOutside, {
            from: [{ ipBlock: { cidr: "0.0.0.0/0", except: ["10.244.0.0/16"] } }],
            ports: [{ port: 3000, protocol: "TCP" }],
        });
    });

    it("name no addresses on a cluster of somebody else's", () => {
        const settings = { cluster: "existing", context: "theirs", collector: "upstream" };
        const theirs = networkPolicies(presetConfig("dev-fast", { settings, environment: EQUIPPED }));
        assert.ok(theirs.length > 0);
        assert.ok(!JSON.stringify(theirs).includes("ipBlock"));
        const { spec } = named(theirs, "observability", "kube-state-metrics");
        assert.deepEqual(spec.egress, [
            {
                ports: [
                    { port: 443, protocol: "TCP" },
                    { port: 6443, protocol: "TCP" },
                ],
            },
        ]);
    });
});

describe("ciliumPolicies", () => {
    const full = ciliumPolicies(config(FULL));

    it("guard Hubble's pods in kube-system one by one, and nothing else there", () => {
        assert.deepEqual(namesIn(full, "kube-system"), ["hubble-relay", "hubble-ui"]);
        assert.deepEqual(namesIn(ciliumPolicies({ ...config(CILIUM), layers: ["cilium"] }), "kube-system"), [
            "hubble-relay",
        ]);
        const alone = named(ciliumPolicies({ ...config(CILIUM), layers: ["cilium"] }), "kube-system", "hubble-relay");
        // Nobody asks it, and no policy of the namespace closes it.
        assert.deepEqual(alone.spec["ingress"], [{}]);
    });

    it("name the API server, nodes and the outside as entities", () => {
        const egress = named(full, "observability", "prometheus").spec["egress"];
        const ingress = named(full, "observability", "grafana").spec["ingress"];
        const text = JSON.stringify([egress, ingress]);
        assert.ok(
            text.includes('{"toEntities":["kube-apiserver"],"toPorts":[{"ports":[{"port":"6443","protocol":"TCP"}]}]}'),
        );
        assert.ok(text.includes('"toEntities":["host","remote-node"]'));
        assert.ok(text.includes('"fromEntities":["world","host","remote-node"]'));
        assert.ok(!JSON.stringify(full).includes("CIDRSet"));
    });

    it("look into no connection, so that Cilium's Envoy may be off", () => {
        assert.ok(!/"rules"|"listener"|"serverNames"|toFQDNs/.test(JSON.stringify(full)));
    });

    it("let the edge to waypoints by the tunnel's port, and to no application's pod", () => {
        const egress = JSON.stringify(named(full, "edge", "traefik").spec["egress"]);
        assert.ok(egress.includes('"k8s:gateway.networking.k8s.io/gateway-name":"waypoint"'));
        assert.ok(egress.includes('"port":"15008"'));
        assert.ok(!egress.includes("NotIn"));
    });

    it("let probes of pods in the mesh in, in full only, and close nothing by that", () => {
        const probes = named(full, undefined, "allow-ambient-hostprobes");
        assert.equal(probes.kind, "CiliumClusterwideNetworkPolicy");
        assert.deepEqual(probes.spec, {
            endpointSelector: {},
            enableDefaultDeny: { ingress: false, egress: false },
            ingress: [{ fromCIDR: ["169.254.7.127/32"] }],
        });
        assert.ok(!ciliumPolicies(config(CILIUM)).some(({ kind }) => kind === "CiliumClusterwideNetworkPolicy"));
    });
});

describe("plaintextPorts", () => {
    it("are those of pods in the mesh that somebody outside it has a flow to", () => {
        assert.deepEqual(plaintextPorts(workload("traefik"), config(FULL)), [8000, 9100]);
        assert.deepEqual(plaintextPorts(workload("grafana"), config(FULL)), []);
        assert.deepEqual(plaintextPorts(workload("traefik"), config(CILIUM)), []);
    });
});

describe("authorizationPolicies", () => {
    it("close the edge for identities, and open the ports that take connections from outside the mesh", () => {
        const policies = authorizationPolicies(config(FULL));
        assert.deepEqual(namesIn(policies, "edge"), ["default-deny", "traefik"]);
        assert.deepEqual(named(policies, "edge", "default-deny").spec, {});
        assert.deepEqual(named(policies, "edge", "traefik").spec, {
            selector: { matchLabels: { "app.kubernetes.io/name": "traefik" } },
            action: "ALLOW",
            rules: [{ to: [{ operation: { ports: ["8000", "9100"] } }] }],
        });
    });

    it("ask for identities at ports to which only pods of the mesh have a flow", () => {
        const mesh = config(FULL);
        const to = peer("traefik");
        const flows = [
            flow("one", podsOf(waypoint("apps")), to, [8443], "It calls."),
            flow("all", { kind: "applications", namespace: "apps" }, to, [8443, 8444], "They call."),
            flow("outside", { kind: "outside" }, to, [8000], "People come."),
            flow("elsewhere", to, peer("prometheus"), [9090], "Not about the edge."),
        ];
        const by = (principal: string) => [{ source: { principals: [`cluster.local/ns/apps/sa/${principal}`] } }];
        const at = (...ports: readonly string[]) => [{ operation: { ports } }];
        assert.deepEqual(admission(workload("traefik"), flows, mesh), [
            { to: at("8000") },
            { from: by("waypoint"), to: at("8443") },
            { from: by("*"), to: at("8443", "8444") },
        ]);
        // What is not bounded by ports would open everything to everybody.
        const any = flow("any", { kind: "outside" }, to, "any", "Anything.");
        assert.throws(() => admission(workload("traefik"), [any], mesh), /any/);
    });

    it("are none without an edge in the mesh: applications have the access layer's", () => {
        const layers = config(FULL).layers.filter((layer) => layer !== "traefik");
        assert.deepEqual(authorizationPolicies({ ...config(FULL), layers }), []);
        assert.deepEqual(authorizationPolicies(config(CILIUM)), []);
    });
});
