import { namespacesOf } from "../config/namespaces";
import { stableStringify } from "../core/hash";
import { flowsOf, onTheWire, type FlowSettings } from "./flows";
import type { Flow, Peer, Protocol } from "./peers";
import { WAYPOINT, waypoint, workloadsOf } from "./workloads";

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
 * as the network sees them. Pods that nothing concerns need no policy where their namespace is closed.
 */
export function subjectsOf(config: FlowSettings): readonly Subject[] {
    const flows = flowsOf(config).map((flow) => onTheWire(flow, config));
    const closed = closedNamespaces(config);
    return allPods(config)
        .map((pods) => subject(pods, flows))
        .filter(({ namespace, ingress, egress }) => ingress.length + egress.length > 0 || !closed.includes(namespace));
}

function allPods(config: FlowSettings): readonly Pods[] {
    const workloads = workloadsOf(config).flatMap((workload): readonly Pods[] =>
        workload.layer === undefined || workload.hostNetwork ? [] : [{ kind: "workload", workload }],
    );
    const applications = config.applicationNamespaces.map((namespace): Pods => ({ kind: "applications", namespace }));
    return [...workloads, ...applications];
}

function subject(pods: Pods, flows: readonly Flow[]): Subject {
    const key = stableStringify(pods);
    const is = (peer: Peer): boolean => stableStringify(peer) === key;
    return {
        ...nameOf(pods),
        pods,
        ingress: rules(flows.filter(({ to }) => is(to)).map((flow) => [flow.from, flow])),
        egress: rules(flows.filter(({ from }) => is(from)).map((flow) => [flow.to, flow])),
    };
}

/** Policies are named after the pods that they select; a namespace tells one waypoint from another. */
function nameOf(pods: Pods): Pick<Subject, "name" | "namespace"> {
    if (pods.kind === "applications") return { name: "applications", namespace: pods.namespace };
    const { id, namespace } = pods.workload;
    return { name: id === waypoint(namespace).id ? WAYPOINT : id, namespace };
}

/** One rule for each peer, in the order in which they come first. */
function rules(flows: readonly (readonly [peer: Peer, flow: Flow])[]): readonly Rule[] {
    const byPeer = new Map<string, Rule>();
    for (const [peer, { ports, protocols }] of flows) {
        const key = stableStringify(peer);
        const before = byPeer.get(key)?.ports ?? [];
        const more =
            ports === "any" ? "any" : ports.flatMap((port) => protocols.map((protocol) => ({ port, protocol })));
        byPeer.set(key, { peer, ports: before === "any" || more === "any" ? "any" : union(before, more) });
    }
    return [...byPeer.values()];
}

function union(some: readonly Port[], more: readonly Port[]): readonly Port[] {
    const all = new Map([...some, ...more].map((port) => [`${port.port}/${port.protocol}`, port]));
    return [...all.values()].sort((a, b) => a.port - b.port || (a.protocol < b.protocol ? -1 : 1));
}
