import { WAYPOINT } from "../config/mesh";
import { namespacesOf } from "../config/namespaces";
import { stableStringify } from "../core/hash";
import { flowsOf, onTheWire, type FlowSettings } from "./flows";
import type { Flow, Peer, Protocol } from "./peers";
import { waypoint, workloadsOf } from "./workloads";

/** Pods, as the subject of policies. */
export type Pods = Extract<Peer, { readonly kind: "workload" | "applications" }>;

/** One port of one protocol. */
export interface Port {
    readonly port: number;
    readonly protocol: Protocol;
}

/** What pods may exchange with one peer; `any` is every port of every protocol. */
export interface Rule {
    readonly peer: Peer;
    readonly ports: readonly Port[] | "any";
}

/** Pods and all that they may do: what one policy object says. */
export interface Subject {
    /** Name of its policies. */
    readonly name: string;
    readonly namespace: string;
    readonly pods: Pods;
    /** Who may come in. */
    readonly ingress: readonly Rule[];
    /** Where they may go. */
    readonly egress: readonly Rule[];
}

/** Namespaces in which nothing is allowed that no flow allows: all of Hearth's, and the applications'. */
export function closedNamespaces(config: Pick<FlowSettings, "layers" | "applicationNamespaces">): readonly string[] {
    return namespacesOf(config.layers, config.applicationNamespaces).map(({ name }) => name);
}

/**
 * What the network's policies are made of, whatever kind they have: the pods that are ours to guard, with their flows
 * as the network sees them.
 */
export function subjectsOf(config: FlowSettings): readonly Subject[] {
    const ends = flowsOf(config).map((flow): Ends => {
        const { from, to, ports, protocols } = onTheWire(flow, config);
        return { from: keyed(from), to: keyed(to), ports, protocols };
    });
    return allPods(config).map((pods) => subject(pods, ends));
}

/** A peer and a text that equal peers share. */
interface Keyed {
    readonly peer: Peer;
    readonly key: string;
}

/** A flow whose ends are easily told from others. */
interface Ends extends Pick<Flow, "ports" | "protocols"> {
    readonly from: Keyed;
    readonly to: Keyed;
}

function keyed(peer: Peer): Keyed {
    return { peer, key: stableStringify(peer) };
}

function allPods(config: FlowSettings): readonly Pods[] {
    const workloads = workloadsOf(config).flatMap((workload): readonly Pods[] =>
        workload.layer === undefined || workload.hostNetwork ? [] : [{ kind: "workload", workload }],
    );
    const applications = config.applicationNamespaces.map((namespace): Pods => ({ kind: "applications", namespace }));
    return [...workloads, ...applications];
}

function subject(pods: Pods, flows: readonly Ends[]): Subject {
    const { key } = keyed(pods);
    return {
        ...nameOf(pods),
        pods,
        ingress: rules(
            flows.filter(({ to }) => to.key === key),
            "from",
        ),
        egress: rules(
            flows.filter(({ from }) => from.key === key),
            "to",
        ),
    };
}

/** Policies are named after the pods that they select; a namespace tells one waypoint from another. */
function nameOf(pods: Pods): Pick<Subject, "name" | "namespace"> {
    if (pods.kind === "applications") return { name: "applications", namespace: pods.namespace };
    const { id, namespace } = pods.workload;
    return { name: id === waypoint(namespace).id ? WAYPOINT : id, namespace };
}

/** One rule for each of the other ends, in the order in which they come first. */
function rules(flows: readonly Ends[], end: "from" | "to"): readonly Rule[] {
    const byPeer = new Map<string, Rule>();
    for (const { [end]: other, ports, protocols } of flows) {
        const before = byPeer.get(other.key)?.ports ?? [];
        const more =
            ports === "any" ? "any" : ports.flatMap((port) => protocols.map((protocol) => ({ port, protocol })));
        const all = before === "any" || more === "any" ? "any" : union(before, more);
        byPeer.set(other.key, { peer: other.peer, ports: all });
    }
    return [...byPeer.values()];
}

function union(some: readonly Port[], more: readonly Port[]): readonly Port[] {
    const all = new Map([...some, ...more].map((port) => [`${port.port}/${port.protocol}`, port]));
    return [...all.values()].sort((a, b) => a.port - b.port || (a.protocol < b.protocol ? -1 : 1));
}
