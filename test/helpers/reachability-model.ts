import { flowsOf, inMesh, isTunnelled, type FlowSettings } from "../../components/flows/flows";
import type { Flow, Peer } from "../../components/flows/peers";
import { closedNamespaces } from "../../components/flows/subjects";
import { enforcerOf } from "../../components/flows/surroundings";
import { workloadsOf } from "../../components/flows/workloads";
import { type End, type PortVerdict, type Protocol } from "./reachability";
import type { Admission } from "./reachability-mesh";
import { PLACES, type World } from "./reachability-world";

/**
 * What the model says of the network: an end that is ours to guard takes part in what a flow lists for it, and in
 * nothing else. Read from the flows alone, not from what they are rendered to.
 */
export function expectedNetwork(config: FlowSettings, world: World): (from: End, to: End) => PortVerdict {
    const listed = listedFlows(config, world);
    return (from, to) =>
        bothSides(listed(from, to), (flow, port, protocol) =>
            // Between pods of the mesh the network sees one port.
            isTunnelled(flow, config) ? port === 15008 && protocol === "TCP" : carries(flow, port, protocol),
        );
}

/**
 * What the model says of both layers together: who gets to which real port. A pod's own node is let through by every
 * network, and ztunnel takes it for the kubelet that probes.
 */
export function expectedReach(config: FlowSettings, world: World): (from: End, to: End) => PortVerdict {
    const listed = listedFlows(config, world);
    return (from, to) => bothSides(listed(from, to), carries);
}

/** Flows that are about one end and cover the other; undefined for an end that nobody guards. */
interface Listed {
    readonly out: readonly Flow[] | undefined;
    readonly into: readonly Flow[] | undefined;
}

function bothSides(
    { out, into }: Listed,
    carried: (flow: Flow, ...on: Parameters<PortVerdict>) => boolean,
): PortVerdict {
    return (port, protocol) =>
        [out, into].every((flows) => flows === undefined || flows.some((flow) => carried(flow, port, protocol)));
}

function listedFlows(config: FlowSettings, world: World): (from: End, to: End) => Listed {
    const covers = peerCover(config, world);
    const guarded = guardedPods(config, world);
    const flows = flowsOf(config);
    // Who may talk to anyone may do so at the own end; it opens no other.
    const [outOf, intoThem] = [flows.filter(({ from }) => isPods(from)), flows.filter(({ to }) => isPods(to))];
    return (from, to) => {
        const covering = (some: readonly Flow[]): readonly Flow[] =>
            some.filter((flow) => covers(flow.from, from, to, "from") && covers(flow.to, to, from, "to"));
        return {
            out: from !== to && guarded(from) ? covering(outOf) : undefined,
            into: from !== to && guarded(to) ? covering(intoThem) : undefined,
        };
    };
}

function isPods({ kind }: Peer): boolean {
    return kind === "workload" || kind === "applications" || kind === "every-pod";
}

function carries({ ports, protocols }: Flow, port: number, protocol: Protocol): boolean {
    return (ports === "any" || ports.includes(port)) && protocols.includes(protocol);
}

/**
 * What the model says of ztunnel: at a pod of the mesh, a port to which a flow leads from outside it is open to all, and
 * any other to the identities of the flows that lead there.
 */
export function expectedMesh(config: FlowSettings, world: World): (to: End) => Admission {
    const flows = flowsOf(config);
    const covers = peerCover(config, world);
    return (to) => {
        const leading = flows.filter(
            (flow) => isPods(flow.to) && flow.to.kind !== "every-pod" && covers(flow.to, to, to, "to"),
        );
        return (port, identity) =>
            leading
                .filter((flow) => carries(flow, port, "TCP"))
                .some((flow) => !inMesh(flow.from, config) || isIdentityOf(flow, identity));
    };
}

function isIdentityOf({ from }: Flow, identity: string | undefined): boolean {
    if (from.kind === "applications") return identity?.startsWith(`cluster.local/ns/${from.namespace}/sa/`) ?? false;
    if (from.kind !== "workload") return false;
    return identity === `cluster.local/ns/${from.workload.namespace}/sa/${from.workload.account}`;
}

/** Pods whose traffic is refused unless a flow allows it. */
function guardedPods(config: FlowSettings, { roles }: World): (end: End) => boolean {
    const closed = closedNamespaces(config);
    const ours = workloadsOf(config).filter(({ layer }) => layer !== undefined);
    return (end) => {
        const role = roles.get(end);
        if (end.kind !== "pod" || role === undefined) return false;
        return closed.includes(end.namespace) || (role.kind === "workload" && ours.some(({ id }) => id === role.id));
    };
}

type Cover = Readonly<Record<"nodes" | "api-server" | "outside", readonly End[]>>;

const NODES = [PLACES.controlPlane, PLACES.worker];

/** Where only addresses can be named, they stand for more than is meant. */
const BY_ADDRESS: Cover = {
    nodes: [...NODES, PLACES.neighbour],
    "api-server": [...NODES, PLACES.neighbour],
    outside: Object.values(PLACES),
};

/** As Cilium tells places apart. */
const BY_IDENTITY: Cover = {
    nodes: NODES,
    "api-server": [PLACES.controlPlane],
    outside: [PLACES.neighbour, PLACES.internet, PLACES.probes],
};

function peerCover(
    config: FlowSettings,
    { roles }: World,
): (peer: Peer, end: End, other: End, side: "from" | "to") => boolean {
    const places = enforcerOf(config) === "NetworkPolicy" ? BY_ADDRESS : BY_IDENTITY;
    return (peer, end, other, side) => {
        const role = roles.get(end);
        switch (peer.kind) {
            case "workload":
                return role?.kind === "workload" && role.id === peer.workload.id;
            case "applications":
                return role?.kind === "application" && end.kind === "pod" && end.namespace === peer.namespace;
            case "foreign":
                return end.kind === "pod" && end.namespace === peer.namespace;
            case "every-pod":
                return end.kind === "pod";
            case "anyone":
                return true;
            case "own-node":
                return end.kind === "place" && other.kind === "pod" && end.node === other.node;
            case "ambient-probes":
                return end === PLACES.probes;
            case "outside":
                // Whoever comes from outside comes by way of a node.
                return [...places.outside, ...(side === "from" ? places.nodes : [])].includes(end);
            default:
                return places[peer.kind].includes(end);
        }
    };
}
