import { HBONE_PORT } from "../config/mesh";
import { flowsOf, isTunnelled, type FlowSettings } from "./flows";
import type { Flow, Peer } from "./peers";
import { enforcerOf } from "./surroundings";

/** One flow in words. */
export interface FlowRow {
    readonly from: string;
    readonly to: string;
    readonly ports: string;
    readonly reason: string;
}

/** The flows of a stack as rows of a table, in the model's order. */
export function flowsTable(config: FlowSettings): readonly FlowRow[] {
    return flowsOf(config).map((flow) => ({
        from: peerText(flow.from, config, "from"),
        to: peerText(flow.to, config, "to"),
        ports: portsText(flow, config),
        reason: flow.reason,
    }));
}

/**
 * A peer in words. A NetworkPolicy can name some of them only by addresses that stand for more; the words say so,
 * since the table tells what is let through, not what is meant.
 */
function peerText(peer: Peer, config: FlowSettings, direction: "from" | "to"): string {
    const byAddress = enforcerOf(config) === "NetworkPolicy";
    switch (peer.kind) {
        case "workload":
            return `${peer.workload.id} (${peer.workload.namespace})`;
        case "applications":
            return `applications (${peer.namespace})`;
        case "foreign":
            return `pods of ${peer.namespace}`;
        case "nodes":
            return byAddress ? "private addresses but pods', nodes among them" : "nodes";
        case "api-server":
            return byAddress ? "private addresses but pods', the API server among them" : "API server";
        case "outside":
            if (byAddress) return "everything but pods";
            return direction === "from" ? "the outside, by way of a node" : "the outside";
        case "anyone":
            return "everything";
        case "own-node":
            return "the pod's own node";
        case "ambient-probes":
            return "169.254.7.127";
        case "every-pod":
            return "every pod";
    }
}

function portsText(flow: Flow, config: FlowSettings): string {
    if (flow.ports === "any") return isTunnelled(flow, config) ? `any, through ${HBONE_PORT}` : "any";
    const numbers = flow.ports.join(", ");
    const protocols = flow.protocols.join(" and ");
    const through = isTunnelled(flow, config) && !flow.ports.includes(HBONE_PORT) ? `, through ${HBONE_PORT}` : "";
    return `${numbers}${protocols === "TCP" ? "" : ` (${protocols})`}${through}`;
}
