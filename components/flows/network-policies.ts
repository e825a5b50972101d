import { labels } from "../core/labels";
import type { FlowSettings } from "./flows";
import type { Peer } from "./peers";
import { closedNamespaces, subjectsOf, type Rule, type Subject } from "./subjects";
import { enforcerOf } from "./surroundings";

interface LabelSelector {
    readonly matchLabels?: Readonly<Record<string, string>>;
}

interface NetworkPeer {
    readonly namespaceSelector?: LabelSelector;
    readonly podSelector?: LabelSelector;
    readonly ipBlock?: { readonly cidr: string; readonly except?: string[] };
}

interface NetworkPort {
    readonly port: number;
    readonly protocol: string;
}

/** A NetworkPolicy as plain data. */
export interface NetworkPolicyObject {
    readonly apiVersion: "networking.k8s.io/v1";
    readonly kind: "NetworkPolicy";
    readonly metadata: {
        readonly name: string;
        readonly namespace: string;
        readonly labels: Readonly<Record<string, string>>;
    };
    readonly spec: {
        readonly podSelector: LabelSelector;
        readonly policyTypes: string[];
        readonly ingress: { readonly from?: NetworkPeer[]; readonly ports?: NetworkPort[] }[];
        readonly egress: { readonly to?: NetworkPeer[]; readonly ports?: NetworkPort[] }[];
    };
}

/** Addresses of pods on the clusters that Hearth makes: the default of kind, which `kind-config.ts` leaves as it is. */
const POD_SUBNET = "10.244.0.0/16";

/** Everything that is no pod. */
const EVERYWHERE: NetworkPeer = { ipBlock: { cidr: "0.0.0.0/0", except: [POD_SUBNET] } };

/**
 * Where nodes are, the API server's among them. A NetworkPolicy cannot name nodes, and the addresses of a kind cluster
 * are known only once it is there; but they are always private ones, so that nothing of this leads to the internet.
 */
const PRIVATE: readonly NetworkPeer[] = [
    { ipBlock: { cidr: "10.0.0.0/8", except: [POD_SUBNET] } },
    { ipBlock: { cidr: "172.16.0.0/12" } },
    { ipBlock: { cidr: "192.168.0.0/16" } },
];

/**
 * The policies of a stack whose network is not Cilium: every closed namespace closed in both directions, and for each
 * workload what its flows allow.
 *
 * Probes of kubelets need no rule: traffic between a pod and the node that it runs on is always allowed (Kubernetes'
 * manual, "Network Policies").
 */
export function networkPolicies(config: FlowSettings): readonly NetworkPolicyObject[] {
    if (enforcerOf(config) !== "NetworkPolicy") return [];
    return [
        ...closedNamespaces(config).map((namespace) => policy("default-deny", namespace, {}, [], [])),
        ...subjectsOf(config).map(({ name, namespace, pods, ingress, egress }) =>
            policy(name, namespace, podSelector(pods), ingress, egress),
        ),
    ];
}

function policy(
    name: string,
    namespace: string,
    selected: LabelSelector,
    ingress: readonly Rule[],
    egress: readonly Rule[],
): NetworkPolicyObject {
    return {
        apiVersion: "networking.k8s.io/v1",
        kind: "NetworkPolicy",
        metadata: { name, namespace, labels: labels(name, "network-policy") },
        spec: {
            podSelector: selected,
            policyTypes: ["Ingress", "Egress"],
            ingress: ingress.map(from),
            egress: egress.map(to),
        },
    };
}

/** A rule without peers is about everybody, and one without ports about all ports. */
function from({ peer, ports }: Rule): NetworkPolicyObject["spec"]["ingress"][number] {
    const peers = networkPeers(peer);
    return { ...(peers === undefined ? {} : { from: peers }), ...onPorts(ports) };
}

function to({ peer, ports }: Rule): NetworkPolicyObject["spec"]["egress"][number] {
    const peers = networkPeers(peer);
    return { ...(peers === undefined ? {} : { to: peers }), ...onPorts(ports) };
}

function onPorts(ports: Rule["ports"]): { readonly ports?: NetworkPort[] } {
    return ports === "any" ? {} : { ports: [...ports] };
}

function podSelector(pods: Subject["pods"]): LabelSelector {
    return pods.kind === "applications" ? {} : { matchLabels: pods.workload.labels };
}

/** Undefined for anyone. */
function networkPeers(peer: Peer): NetworkPeer[] | undefined {
    switch (peer.kind) {
        case "workload":
            return [{ ...inNamespace(peer.workload.namespace), podSelector: podSelector(peer) }];
        case "applications":
        case "foreign":
            return [{ ...inNamespace(peer.namespace), podSelector: {} }];
        case "nodes":
        case "api-server":
            return [...PRIVATE];
        case "outside":
            return [EVERYWHERE];
        case "anyone":
            return undefined;
        default:
            throw new Error(`a NetworkPolicy says nothing of ${peer.kind}`);
    }
}

/** By the label that Kubernetes gives every namespace itself. */
function inNamespace(name: string): NetworkPeer {
    return { namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": name } } };
}
