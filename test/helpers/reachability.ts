import type { Manifest } from "./manifests";
import { ciliumVerdicts } from "./reachability-cilium";
import { ztunnelAdmits } from "./reachability-mesh";
import { networkPolicyVerdicts } from "./reachability-network-policy";

/** A pod, as the API server knows it. */
export interface Pod {
    readonly kind: "pod";
    readonly name: string;
    readonly namespace: string;
    readonly labels: Readonly<Record<string, string>>;
    /** Name of its ServiceAccount. */
    readonly account: string;
    readonly ip: string;
    /** Name of the node that it runs on. */
    readonly node: string;
}

/** An address that is no pod's. */
export interface Place {
    readonly kind: "place";
    readonly name: string;
    readonly ip: string;
    /** Name of the node whose address it is. */
    readonly node?: string;
    /** The API server answers there. */
    readonly apiServer?: true;
}

export type End = Pod | Place;
export type Protocol = "TCP" | "UDP";

/** What the verdicts are made of: objects that were rendered, and the labels of namespaces. Nothing of the model. */
export interface Cluster {
    readonly namespaces: Readonly<Record<string, Readonly<Record<string, string>>>>;
    readonly policies: readonly Manifest[];
}

/** Tells by port and protocol whether packets of one end get to the other. */
export type PortVerdict = (port: number, protocol: Protocol) => boolean;

/** Tells whether packets pass from one end to another. */
export type NetworkVerdicts = (from: End, to: End) => PortVerdict;

const CILIUM = ["CiliumNetworkPolicy", "CiliumClusterwideNetworkPolicy"];

/**
 * What the network does with packets, by the policies of whichever kind there is. A pod reaches itself in any case.
 */
export function networkVerdicts(cluster: Cluster): NetworkVerdicts {
    const kubernetes = cluster.policies.filter(({ kind }) => kind === "NetworkPolicy");
    const cilium = cluster.policies.filter(({ kind }) => CILIUM.includes(kind));
    if (kubernetes.length > 0 && cilium.length > 0) throw new Error("policies of two kinds are not evaluated together");
    const verdicts = cilium.length > 0 ? ciliumVerdicts(cilium, cluster) : networkPolicyVerdicts(kubernetes, cluster);
    return (from, to) => (from === to ? () => true : verdicts(from, to));
}

/** Port on which ztunnel and waypoints take tunnelled connections. */
const TUNNEL = 15008;

/** What becomes of an attempt to connect. */
export interface Outcome {
    /** What the network sees of it. */
    readonly wire: { readonly port: number; readonly protocol: Protocol };
    readonly network: boolean;
    /** Undefined where ztunnel is not asked. */
    readonly mesh: boolean | undefined;
    readonly allowed: boolean;
}

/** Tells what becomes of attempts of one end at another, by port and protocol. */
export type Attempts = (port: number, protocol: Protocol) => Outcome;

/**
 * What becomes of an attempt, both layers together.
 *
 * Between pods of the mesh TCP goes through a tunnel, so that the network sees port 15008 and ztunnel the real port and
 * who calls; from elsewhere it comes as it is and without an identity. ztunnel carries no UDP, and it lets the
 * kubelet's probes past, which are whatever comes from the pod's own node: istio-cni gives all of it one address (seen on
 * a real cluster).
 * @returns by both ends, and by what the caller can prove to be, if not its own ServiceAccount
 */
export function outcomes(cluster: Cluster): (from: End, to: End, identity?: string) => Attempts {
    const network = networkVerdicts(cluster);
    const ztunnel = ztunnelAdmits(cluster);
    return (from, to, identity) => {
        const captured = to.kind === "pod" && isCaptured(to, cluster) && from !== to;
        const tunnelled = captured && from.kind === "pod" && speaksHbone(from, cluster);
        const caller = tunnelled ? (identity ?? principalOf(from)) : undefined;
        const passes = network(from, to);
        const admits = captured && !isProbe(from, to) ? ztunnel(to) : undefined;
        return (port, protocol) => {
            const tcp = protocol === "TCP";
            const wire = tunnelled && tcp ? ({ port: TUNNEL, protocol } as const) : { port, protocol };
            const passed = passes(wire.port, wire.protocol);
            const mesh = tcp ? admits?.(port, caller) : undefined;
            return { wire, network: passed, mesh, allowed: passed && mesh !== false };
        };
    };
}

/** Identity of a pod in the mesh, as policies write it. */
export function principalOf({ namespace, account }: Pod): string {
    return `cluster.local/ns/${namespace}/sa/${account}`;
}

/** True for pods whose traffic ztunnel carries. */
export function isCaptured(pod: Pod, { namespaces }: Pick<Cluster, "namespaces">): boolean {
    const mode = pod.labels["istio.io/dataplane-mode"] ?? namespaces[pod.namespace]?.["istio.io/dataplane-mode"];
    return mode === "ambient";
}

/** Waypoints are not captured, but make tunnels themselves. */
export function speaksHbone(pod: Pod, cluster: Pick<Cluster, "namespaces">): boolean {
    return isCaptured(pod, cluster) || pod.labels["gateway.istio.io/managed"] === "istio.io-mesh-controller";
}

function isProbe(from: End, to: Pod): boolean {
    return from.kind === "place" && (from.ip === "169.254.7.127" || from.node === to.node);
}
