import assert from "node:assert/strict";
import type { Manifest } from "../../helpers/manifests";
import { networkVerdicts, outcomes, type Cluster, type Place, type Pod } from "../../helpers/reachability";

const NAMESPACES = {
    shop: { "kubernetes.io/metadata.name": "shop", team: "blue" },
    bank: { "kubernetes.io/metadata.name": "bank", team: "red" },
};

function pod(name: string, namespace: string, labels: Readonly<Record<string, string>> = { app: name }): Pod {
    return { kind: "pod", name, namespace, labels, account: name, ip: `10.244.1.${name.length}`, node: "node-1" };
}

const WEB = pod("web", "shop");
const STORE = pod("store", "shop");
const VAULT = pod("vaults", "bank");
const OWN_NODE: Place = { kind: "place", name: "own", ip: "172.18.0.3", node: "node-1" };
const CONTROL_PLANE: Place = { kind: "place", name: "cp", ip: "172.18.0.2", node: "node-0", apiServer: true };
const INTERNET: Place = { kind: "place", name: "internet", ip: "203.0.113.7" };
const PROBES: Place = { kind: "place", name: "probes", ip: "169.254.7.127" };

function manifest(kind: string, namespace: string | undefined, spec: unknown, name = "it"): Manifest {
    return { apiVersion: "v1", kind, metadata: { name, ...(namespace === undefined ? {} : { namespace }) }, spec };
}

function cluster(...policies: readonly Manifest[]): Cluster {
    return { namespaces: NAMESPACES, policies };
}

describe("the evaluator of NetworkPolicies", () => {
    const verdicts = (...specs: readonly unknown[]) =>
        networkVerdicts(cluster(...specs.map((spec) => manifest("NetworkPolicy", "shop", spec))));
    const closed = { podSelector: {}, policyTypes: ["Ingress", "Egress"] };

    it("lets everything pass where no policy selects", () => {
        assert.equal(verdicts()(VAULT, WEB)(80, "TCP"), true);
        const other = verdicts({ podSelector: { matchLabels: { app: "store" } }, policyTypes: ["Ingress"] });
        assert.equal(other(VAULT, WEB)(80, "TCP"), true);
        assert.equal(other(VAULT, STORE)(80, "TCP"), false);
    });

    it("closes both directions, but neither for a pod itself nor for its own node", () => {
        const verdict = verdicts(closed);
        assert.equal(verdict(VAULT, WEB)(80, "TCP"), false);
        assert.equal(verdict(WEB, VAULT)(80, "TCP"), false);
        assert.equal(verdict(WEB, INTERNET)(443, "TCP"), false);
        assert.equal(verdict(CONTROL_PLANE, WEB)(80, "TCP"), false);
        assert.equal(verdict(WEB, WEB)(80, "TCP"), true);
        assert.equal(verdict(OWN_NODE, WEB)(80, "TCP"), true);
        assert.equal(verdict(WEB, OWN_NODE)(10250, "TCP"), true);
        // What is in no namespace with a policy stays open.
        assert.equal(verdict(VAULT, INTERNET)(443, "TCP"), true);
    });

    it("takes Egress as asked for only where it says something of it", () => {
        assert.equal(verdicts({ podSelector: {} })(WEB, INTERNET)(443, "TCP"), true);
        assert.equal(verdicts({ podSelector: {}, egress: [] })(WEB, INTERNET)(443, "TCP"), false);
    });

    it("adds rules and policies up", () => {
        const fromBank = { ...closed, ingress: [{ from: [{ namespaceSelector: { matchLabels: { team: "red" } } }] }] };
        assert.equal(verdicts(closed, fromBank)(VAULT, WEB)(80, "TCP"), true);
        assert.equal(verdicts(closed, fromBank)(STORE, WEB)(80, "TCP"), false);
    });

    it("joins the selectors of one peer, and takes one without namespace for its own namespace", () => {
        const peer = (from: unknown) => verdicts({ podSelector: {}, ingress: [{ from: [from] }] });
        const both = peer({
            namespaceSelector: { matchLabels: { team: "red" } },
            podSelector: { matchLabels: { app: "other" } },
        });
        assert.equal(both(VAULT, WEB)(80, "TCP"), false);
        const own = peer({ podSelector: {} });
        assert.equal(own(STORE, WEB)(80, "TCP"), true);
        assert.equal(own(VAULT, WEB)(80, "TCP"), false);
    });

    it("honours ports, protocols, blocks of addresses and their exceptions", () => {
        const ipBlock = { cidr: "0.0.0.0/0", except: ["10.244.0.0/16"] };
        const verdict = verdicts({
            podSelector: {},
            egress: [{ to: [{ ipBlock }], ports: [{ port: 443 }, { port: 53, protocol: "UDP" }] }],
        });
        assert.equal(verdict(WEB, INTERNET)(443, "TCP"), true);
        assert.equal(verdict(WEB, INTERNET)(443, "UDP"), false);
        assert.equal(verdict(WEB, INTERNET)(53, "UDP"), true);
        assert.equal(verdict(WEB, INTERNET)(80, "TCP"), false);
        assert.equal(verdict(WEB, VAULT)(443, "TCP"), false);
    });

    it("refuses what it does not evaluate", () => {
        assert.throws(() => verdicts({ podSelector: {}, ingress: [{ ports: [{ port: "http" }] }] }), /by name/);
        assert.throws(() => verdicts({ podSelector: {}, ingress: [{ form: [] }] }), /form/);
    });
});

describe("the evaluator of Cilium's policies", () => {
    const policy = (spec: unknown) => manifest("CiliumNetworkPolicy", "shop", spec);
    const verdicts = (...specs: readonly unknown[]) => networkVerdicts(cluster(...specs.map(policy)));
    const closed = { endpointSelector: {}, ingress: [{}], egress: [{}] };

    it("closes a direction by a section for it, an empty rule included, and no other direction", () => {
        assert.equal(verdicts()(VAULT, WEB)(80, "TCP"), true);
        assert.equal(verdicts(closed)(VAULT, WEB)(80, "TCP"), false);
        assert.equal(verdicts(closed)(WEB, INTERNET)(443, "TCP"), false);
        const ingressOnly = verdicts({ endpointSelector: {}, ingress: [{}] });
        assert.equal(ingressOnly(VAULT, WEB)(80, "TCP"), false);
        assert.equal(ingressOnly(WEB, INTERNET)(443, "TCP"), true);
    });

    it("lets a node reach its own pods, and no pod its own node", () => {
        assert.equal(verdicts(closed)(OWN_NODE, WEB)(80, "TCP"), true);
        assert.equal(verdicts(closed)(WEB, OWN_NODE)(10250, "TCP"), false);
        assert.equal(verdicts(closed)(CONTROL_PLANE, WEB)(80, "TCP"), false);
    });

    it("keeps selectors without a namespace to the policy's own", () => {
        const any = verdicts({ endpointSelector: {}, ingress: [{ fromEndpoints: [{}] }] });
        assert.equal(any(STORE, WEB)(80, "TCP"), true);
        assert.equal(any(VAULT, WEB)(80, "TCP"), false);
        const bank = { matchLabels: { "k8s:io.kubernetes.pod.namespace": "bank" } };
        assert.equal(
            verdicts({ endpointSelector: {}, ingress: [{ fromEndpoints: [bank] }] })(VAULT, WEB)(80, "TCP"),
            true,
        );
    });

    it("knows labels by their source, and by any", () => {
        const by = (key: string) =>
            verdicts({ endpointSelector: {}, ingress: [{ fromEndpoints: [{ matchLabels: { [key]: "store" } }] }] });
        assert.equal(by("k8s:app")(STORE, WEB)(80, "TCP"), true);
        assert.equal(by("app")(STORE, WEB)(80, "TCP"), true);
        assert.equal(by("reserved:app")(STORE, WEB)(80, "TCP"), false);
        const account = { matchLabels: { "k8s:io.cilium.k8s.policy.serviceaccount": "store" } };
        assert.equal(
            verdicts({ endpointSelector: {}, ingress: [{ fromEndpoints: [account] }] })(STORE, WEB)(80, "TCP"),
            true,
        );
    });

    it("tells entities apart, and takes the API server's node for a node too", () => {
        const to = (entity: string) => verdicts({ endpointSelector: {}, egress: [{ toEntities: [entity] }] });
        const reached = (entity: string) =>
            [OWN_NODE, CONTROL_PLANE, INTERNET, VAULT].map((end) => to(entity)(WEB, end)(443, "TCP"));
        assert.deepEqual(reached("host"), [true, false, false, false]);
        assert.deepEqual(reached("remote-node"), [false, true, false, false]);
        assert.deepEqual(reached("kube-apiserver"), [false, true, false, false]);
        assert.deepEqual(reached("world"), [false, false, true, false]);
        assert.deepEqual(reached("cluster"), [true, true, false, true]);
        assert.deepEqual(reached("all"), [true, true, true, true]);
    });

    it("means neither pods nor nodes by a block of addresses", () => {
        const verdict = verdicts({ endpointSelector: {}, egress: [{ toCIDR: ["0.0.0.0/0"] }] });
        assert.deepEqual(
            [INTERNET, VAULT, CONTROL_PLANE].map((end) => verdict(WEB, end)(443, "TCP")),
            [true, false, false],
        );
    });

    it("takes ports alone for everybody, and an empty list of peers for nobody", () => {
        const toPorts = [{ ports: [{ port: "443", protocol: "TCP" }] }];
        assert.equal(verdicts({ endpointSelector: {}, egress: [{ toPorts }] })(WEB, VAULT)(443, "TCP"), true);
        assert.equal(verdicts({ endpointSelector: {}, egress: [{ toPorts }] })(WEB, VAULT)(443, "UDP"), false);
        assert.equal(
            verdicts({ endpointSelector: {}, egress: [{ toEndpoints: [], toPorts }] })(WEB, VAULT)(443, "TCP"),
            false,
        );
    });

    it("lets a deny win over every allow", () => {
        const verdict = verdicts(
            { endpointSelector: {}, ingress: [{ fromEntities: ["all"] }] },
            { endpointSelector: {}, ingressDeny: [{ fromEndpoints: [{}] }] },
        );
        assert.equal(verdict(VAULT, WEB)(80, "TCP"), true);
        assert.equal(verdict(STORE, WEB)(80, "TCP"), false);
    });

    it("adds without closing where a policy does not enable default deny", () => {
        const probes = manifest("CiliumClusterwideNetworkPolicy", undefined, {
            endpointSelector: {},
            enableDefaultDeny: { ingress: false, egress: false },
            ingress: [{ fromCIDR: ["169.254.7.127/32"] }],
        });
        const open = networkVerdicts(cluster(probes));
        assert.equal(open(VAULT, WEB)(80, "TCP"), true);
        const both = networkVerdicts(cluster(policy(closed), probes));
        assert.equal(both(VAULT, WEB)(80, "TCP"), false);
        assert.equal(both(PROBES, WEB)(80, "TCP"), true);
    });

    it("refuses what it does not evaluate, and policies of two kinds at once", () => {
        const l7 = { toPorts: [{ ports: [{ port: "80" }], rules: { http: [{}] } }] };
        assert.throws(() => verdicts({ endpointSelector: {}, ingress: [l7] }), /rules/);
        const kubernetes = manifest("NetworkPolicy", "shop", { podSelector: {} });
        assert.throws(() => networkVerdicts(cluster(kubernetes, policy(closed))), /two kinds/);
    });
});

describe("the evaluator of the mesh", () => {
    const MESH = {
        shop: { "istio.io/dataplane-mode": "ambient" },
        bank: {},
        yard: { "istio.io/dataplane-mode": "ambient" },
    };
    const YARD = pod("yard", "yard");
    const WAYPOINT = pod("waypoint", "yard", {
        "istio.io/dataplane-mode": "none",
        "gateway.istio.io/managed": "istio.io-mesh-controller",
    });
    const strict = manifest("PeerAuthentication", "istio-system", { mtls: { mode: "STRICT" } });
    const meeting = (...policies: readonly Manifest[]) => outcomes({ namespaces: MESH, policies });
    const allow = (spec: object, namespace = "shop") => manifest("AuthorizationPolicy", namespace, spec);

    it("tunnels TCP between pods of the mesh, and waypoints' to them, and nothing else", () => {
        const attempt = meeting();
        assert.deepEqual(attempt(YARD, WEB)(80, "TCP").wire, { port: 15008, protocol: "TCP" });
        assert.deepEqual(attempt(WAYPOINT, WEB)(80, "TCP").wire, { port: 15008, protocol: "TCP" });
        assert.deepEqual(attempt(VAULT, WEB)(80, "TCP").wire, { port: 80, protocol: "TCP" });
        assert.deepEqual(attempt(WEB, VAULT)(80, "TCP").wire, { port: 80, protocol: "TCP" });
        assert.deepEqual(attempt(YARD, WAYPOINT)(15008, "TCP").wire, { port: 15008, protocol: "TCP" });
        assert.equal(attempt(YARD, WAYPOINT)(15008, "TCP").mesh, undefined);
        assert.deepEqual(attempt(YARD, WEB)(53, "UDP").wire, { port: 53, protocol: "UDP" });
        assert.equal(attempt(YARD, WEB)(53, "UDP").mesh, undefined);
    });

    it("refuses callers without an identity where mutual TLS is STRICT, but not probes", () => {
        const attempt = meeting(strict);
        assert.equal(attempt(VAULT, WEB)(80, "TCP").allowed, false);
        assert.equal(attempt(INTERNET, WEB)(80, "TCP").allowed, false);
        assert.equal(attempt(YARD, WEB)(80, "TCP").allowed, true);
        assert.equal(attempt(PROBES, WEB)(80, "TCP").allowed, true);
        assert.equal(meeting()(VAULT, WEB)(80, "TCP").allowed, true);
    });

    it("excepts ports of a pod's own rule, and DISABLE only where the rule states STRICT itself", () => {
        const own = (mtls: object, mode: string) =>
            manifest("PeerAuthentication", "shop", {
                selector: { matchLabels: { app: "web" } },
                ...mtls,
                portLevelMtls: { "80": { mode } },
            });
        const stated = { mtls: { mode: "STRICT" } };
        const reached = (one: Manifest) =>
            [80, 81].map((port) => meeting(strict, one)(VAULT, WEB)(port, "TCP").allowed);
        assert.deepEqual(reached(own(stated, "PERMISSIVE")), [true, false]);
        assert.deepEqual(reached(own(stated, "DISABLE")), [true, false]);
        assert.deepEqual(reached(own({}, "PERMISSIVE")), [true, false]);
        assert.deepEqual(reached(own({}, "DISABLE")), [false, false]);
        assert.equal(meeting(strict, own(stated, "PERMISSIVE"))(VAULT, STORE)(80, "TCP").allowed, false);
    });

    it("lets an ALLOW without rules close, one with rules open what they name, and ORs them", () => {
        const yard = { from: [{ source: { principals: ["cluster.local/ns/yard/sa/yard"] } }] };
        const port = { to: [{ operation: { ports: ["80"] } }] };
        assert.equal(meeting(allow({}))(YARD, WEB)(80, "TCP").allowed, false);
        assert.equal(meeting(allow({}), allow({ rules: [yard] }))(YARD, WEB)(80, "TCP").allowed, true);
        assert.equal(meeting(allow({ rules: [yard] }))(STORE, WEB)(80, "TCP").allowed, false);
        assert.equal(meeting(allow({ rules: [{ ...yard, ...port }] }))(YARD, WEB)(81, "TCP").allowed, false);
        assert.equal(meeting(allow({ rules: [yard, port] }))(STORE, WEB)(80, "TCP").allowed, true);
        // A rule that names principals is never met without an identity.
        assert.equal(meeting(allow({ rules: [yard] }))(VAULT, WEB)(80, "TCP").allowed, false);
    });

    it("lets DENY win, selects by labels and namespace, and by the root namespace everywhere", () => {
        const deny = { action: "DENY", rules: [{ to: [{ operation: { ports: ["80"] } }] }] };
        assert.equal(meeting(allow({ rules: [{}] }), allow(deny))(YARD, WEB)(80, "TCP").allowed, false);
        assert.equal(meeting(allow(deny, "yard"))(YARD, WEB)(80, "TCP").allowed, true);
        assert.equal(meeting(allow(deny, "istio-system"))(YARD, WEB)(80, "TCP").allowed, false);
        const other = allow({ ...deny, selector: { matchLabels: { app: "store" } } });
        assert.equal(meeting(other)(YARD, WEB)(80, "TCP").allowed, true);
    });

    it("matches texts by a star at one end", () => {
        const by = (principal: string) =>
            meeting(allow({ rules: [{ from: [{ source: { principals: [principal] } }] }] }))(YARD, WEB)(80, "TCP");
        const patterns = ["cluster.local/ns/yard/*", "*/sa/yard", "*", "cluster.local/ns/shop/*", "*/sa/other"];
        assert.deepEqual(
            patterns.map((pattern) => by(pattern).allowed),
            [true, true, true, false, false],
        );
    });

    it("leaves to waypoints what names its targets, and refuses what ztunnel would not enforce", () => {
        const targetRefs = [{ kind: "Gateway", group: "gateway.networking.k8s.io", name: "waypoint" }];
        assert.equal(meeting(allow({ targetRefs }))(YARD, WEB)(80, "TCP").allowed, true);
        const paths = { to: [{ operation: { paths: ["/"] } }] };
        assert.throws(() => meeting(allow({ rules: [paths] }))(YARD, WEB)(80, "TCP"), /paths/);
    });

    it("asks for the identity that a caller can prove, whoever's labels it has", () => {
        const yard = { from: [{ source: { principals: ["cluster.local/ns/yard/sa/yard"] } }] };
        const attempt = meeting(allow({ rules: [yard] }));
        assert.equal(attempt(YARD, WEB, "cluster.local/ns/yard/sa/other")(80, "TCP").allowed, false);
        assert.equal(attempt(STORE, WEB, "cluster.local/ns/yard/sa/yard")(80, "TCP").allowed, true);
    });
});
