import { workload, type PortName, type Workload, type WorkloadId } from "./workloads";

/**
 * One end of a flow. Pods are named by whose they are; the rest of the world only as far as the network tells it
 * apart: Cilium knows nodes, the API server and the world by identity, a NetworkPolicy knows addresses.
 */
export type Peer =
    | { readonly kind: "workload"; readonly workload: Workload }
    /** Every pod of an application's namespace, its waypoint excepted. */
    | { readonly kind: "applications"; readonly namespace: string }
    /** Every pod of a namespace that is not Hearth's. */
    | { readonly kind: "foreign"; readonly namespace: string }
    /** The cluster's nodes and what runs in their network: kubelets, the API server, node-exporter. */
    | { readonly kind: "nodes" }
    | { readonly kind: "api-server" }
    /** What is neither pod nor node. As a source: whoever comes to a NodePort, which is a node to the pod. */
    | { readonly kind: "outside" }
    /** Everything, pods included: on clusters of somebody else's, where nothing smaller can be said. */
    | { readonly kind: "anyone" }
    /** The node that the pod at the other end runs on, which no policy concerns. */
    | { readonly kind: "own-node" }
    /** The address that probes of pods in the mesh come from. */
    | { readonly kind: "ambient-probes" }
    | { readonly kind: "every-pod" };

export type Protocol = "TCP" | "UDP";

/** Ports of the destination's pod, behind any Service; `any` is every port, where the application chooses them. */
export type Ports = readonly number[] | "any";

/** Who may talk to whom. Answers are part of it; nothing follows for the other direction. */
export interface Flow {
    /** `topic/what`, unique among a stack's flows. */
    readonly id: string;
    readonly from: Peer;
    readonly to: Peer;
    readonly ports: Ports;
    readonly protocols: readonly Protocol[];
    /** One sentence. */
    readonly reason: string;
}

/** A flow over TCP, or with `any` port over everything, unless told otherwise. */
export function flow(
    id: string,
    from: Peer,
    to: Peer,
    ports: Ports,
    reason: string,
    protocols: readonly Protocol[] = ports === "any" ? ["TCP", "UDP"] : ["TCP"],
): Flow {
    return { id, from, to, ports, protocols, reason };
}

/** A workload as an end of a flow: its pods, or the nodes where it has their network. */
export function podsOf(of: Workload): Peer {
    return of.hostNetwork ? { kind: "nodes" } : { kind: "workload", workload: of };
}

/** One of the table's workloads as an end of a flow. */
export function peer(id: WorkloadId): Peer {
    return podsOf(workload(id));
}

/** A port of one of the table's workloads. */
export function port<Id extends WorkloadId>(id: Id, name: PortName<Id>): number {
    return portNamed(workload(id), name);
}

/**
 * A port of a workload.
 * @throws Error when it has none of the name, which is a mistake in the program
 */
export function portNamed({ id, ports }: Workload, name: string): number {
    const number = ports[name];
    if (number === undefined) throw new Error(`${id} has no port ${name}`);
    return number;
}
