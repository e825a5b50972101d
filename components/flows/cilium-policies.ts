import { WAYPOINT } from "../config/mesh";
import { hasLayer } from "../config/schema";
import type { CustomObject } from "../core/custom-object";
import { labels } from "../core/labels";
import type { FlowSettings } from "./flows";
import type { Peer } from "./peers";
import { closedNamespaces, subjectsOf, type Pods, type Rule } from "./subjects";
import { enforcerOf } from "./surroundings";
import { GATEWAY_LABEL } from "./workloads";

type Spec = CustomObject["spec"];

/** Cilium's label for a pod's namespace. */
const NAMESPACE = "k8s:io.kubernetes.pod.namespace";

/** Where the kubelet's probes of pods in the mesh seem to come from. Source: Istio's manual, "Ambient and Cilium". */
const AMBIENT_PROBES = "169.254.7.127/32";

/**
 * The policies of a stack whose network is Cilium: every closed namespace closed in both directions, and for each
 * workload what its flows allow, by identity of pods and by ports.
 *
 * No rule looks into connections: it would need Cilium's Envoy, which `hearth:cilium.l7Proxy` may take away. Probes of
 * kubelets need no rule: on Kubernetes the agent lets a node reach its own pods (`--allow-localhost=auto`), but for
 * those of pods in the mesh, whose sender istio-cni rewrites.
 */
export function ciliumPolicies(config: FlowSettings): readonly CustomObject[] {
    if (enforcerOf(config) !== "Cilium") return [];
    return [
        ...closedNamespaces(config).map((namespace) => policy("default-deny", namespace, {}, [], [])),
        ...subjectsOf(config).map(({ name, namespace, pods, ingress, egress }) =>
            policy(name, namespace, selectorOf(pods, config), ingress.map(from(config)), egress.map(to(config))),
        ),
        ...(hasLayer(config, "istio") ? [ambientProbes()] : []),
    ];
}

function policy(
    name: string,
    namespace: string,
    endpointSelector: Spec,
    ingress: readonly Spec[],
    egress: readonly Spec[],
): CustomObject {
    return {
        apiVersion: "cilium.io/v2",
        kind: "CiliumNetworkPolicy",
        metadata: { name, namespace, labels: labels(name, "network-policy") },
        spec: { endpointSelector, ingress: orNobody(ingress), egress: orNobody(egress) },
    };
}

/** A direction without a rule would stay open; an empty rule closes it and allows nothing. */
function orNobody(rules: readonly Spec[]): readonly Spec[] {
    return rules.length === 0 ? [{}] : rules;
}

/** istio/istio#49277. It closes nothing for anybody: pods that no policy selects stay as they are. */
function ambientProbes(): CustomObject {
    const name = "allow-ambient-hostprobes";
    return {
        apiVersion: "cilium.io/v2",
        kind: "CiliumClusterwideNetworkPolicy",
        metadata: { name, labels: labels(name, "network-policy") },
        spec: {
            endpointSelector: {},
            enableDefaultDeny: { ingress: false, egress: false },
            ingress: [{ fromCIDR: [AMBIENT_PROBES] }],
        },
    };
}

function from(config: FlowSettings): (rule: Rule) => Spec {
    return ({ peer, ports }) => {
        const entities = entitiesOf(peer, "from");
        return {
            ...(entities === undefined ? { fromEndpoints: [endpoints(peer, config)] } : { fromEntities: entities }),
            ...onPorts(ports),
        };
    };
}

function to(config: FlowSettings): (rule: Rule) => Spec {
    return ({ peer, ports }) => {
        const entities = entitiesOf(peer, "to");
        return {
            ...(entities === undefined ? { toEndpoints: [endpoints(peer, config)] } : { toEntities: entities }),
            ...onPorts(ports),
        };
    };
}

function onPorts(ports: Rule["ports"]): Spec {
    if (ports === "any") return {};
    return { toPorts: [{ ports: ports.map(({ port, protocol }) => ({ port: String(port), protocol })) }] };
}

/**
 * What is no pod, by Cilium's names for it. A node that carries the API server is `host` or `remote-node` as well.
 * Who comes to a NodePort is a node to the pod behind it, since kube-proxy takes its place; where Cilium serves
 * Services itself, it may be `world`.
 */
function entitiesOf(peer: Peer, direction: "from" | "to"): readonly string[] | undefined {
    switch (peer.kind) {
        case "nodes":
            return ["host", "remote-node"];
        case "api-server":
            return ["kube-apiserver"];
        case "outside":
            return direction === "from" ? ["world", "host", "remote-node"] : ["world"];
        default:
            return undefined;
    }
}

/** Pods at the other end. */
function endpoints(peer: Peer, config: FlowSettings): Spec {
    switch (peer.kind) {
        case "workload":
            return inNamespace(peer.workload.namespace, selectorOf(peer, config));
        case "applications":
            return inNamespace(peer.namespace, selectorOf(peer, config));
        case "foreign":
            return inNamespace(peer.namespace, {});
        default:
            throw new Error(`Cilium knows no ${peer.kind}`);
    }
}

interface Selector {
    readonly matchLabels?: Readonly<Record<string, string>>;
    readonly matchExpressions?: readonly {
        readonly key: string;
        readonly operator: "NotIn";
        readonly values: readonly string[];
    }[];
}

/** Labels have a source with Cilium; those of Kubernetes' objects have `k8s`. */
function selectorOf(pods: Pods, config: Pick<FlowSettings, "layers">): Selector & Spec {
    if (pods.kind === "workload") {
        const entries = Object.entries(pods.workload.labels).map(([key, value]) => [`k8s:${key}`, value]);
        return { matchLabels: Object.fromEntries(entries) };
    }
    if (!hasLayer(config, "istio")) return {};
    // The namespace's waypoint has flows of its own.
    return { matchExpressions: [{ key: `k8s:${GATEWAY_LABEL}`, operator: "NotIn", values: [WAYPOINT] }] };
}

function inNamespace(namespace: string, { matchLabels, ...rest }: Selector): Spec {
    return { matchLabels: { [NAMESPACE]: namespace, ...matchLabels }, ...rest };
}
