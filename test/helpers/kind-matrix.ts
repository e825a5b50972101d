import { attempt, type Probe, type Seen } from "./kind-probes";
import type { KindStack } from "./kind-stack";
import { modelOf, type Expected, type RealEnd } from "./kind-world";
import { isCaptured, speaksHbone, type Protocol } from "./reachability";

/** One cell of the matrix on the real cluster. */
export interface Cell {
    readonly from: RealEnd;
    readonly to: RealEnd;
    readonly probe: Probe;
    readonly expected: boolean;
    /** A refused connection tells nothing where ztunnel answers in the place of the other side. */
    readonly captured: boolean;
}

/** What a cell came to. */
export interface Tried extends Cell {
    readonly seen: Seen;
    readonly through: boolean;
}

/** A port on which nothing listens anywhere: a refusal comes back from those whom a packet reaches. */
const NOBODYS_PORT = 4444;

/** ztunnel takes a connection at once and tells of its failure when its own attempt ends, after 10 s. */
const WATCH = { plain: 1, meshDestination: 3, meshSource: 13 } as const;

/** DNS: id `ab`, recursion desired, one question, the root's name servers. Over TCP its length comes first. */
const QUESTION = "ab\\x01\\x00\\x00\\x01\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x02\\x00\\x01";
const DNS = { port: 53, UDP: QUESTION, TCP: `\\x00\\x11${QUESTION}` } as const;

/** Every cell: from each end to each other one, at each port where something listens and at one where nothing does. */
export function cells(stack: KindStack, ends: readonly RealEnd[]): readonly Cell[] {
    const model = modelOf(stack);
    return ends.flatMap((from) => ends.flatMap((to) => (from === to ? [] : pair(from, to, model))));
}

function pair(from: RealEnd, to: RealEnd, model: (from: RealEnd, to: RealEnd) => Expected): readonly Cell[] {
    // From one node to another nothing of ours is asked.
    if (from.role === undefined && to.role === undefined) return [];
    const expected = model(from, to);
    const { world } = expected;
    const source = expected.from.kind === "pod" && isCaptured(expected.from, world);
    const destination = expected.to.kind === "pod" && isCaptured(expected.to, world);
    // What a waypoint sends to the mesh it sends through tunnels of its own, which nobody else can make.
    const waypoint = !source && expected.from.kind === "pod" && speaksHbone(expected.from, world);
    if (waypoint && destination) return [];
    const captured = source || destination;
    const watch = source ? WATCH.meshSource : destination ? WATCH.meshDestination : WATCH.plain;
    const of = (port: number, protocol: Protocol): Cell => {
        const payload = port === DNS.port ? { payload: DNS[protocol] } : {};
        const probe = { address: to.address, port, protocol, watch, ...payload };
        return { from, to, probe, captured, expected: expected.verdict(port, protocol) };
    };
    return [
        ...to.ports.map((port) => of(port, "TCP")),
        ...(to.ports.includes(DNS.port) ? [of(DNS.port, "UDP")] : []),
        ...(captured ? [] : [of(NOBODYS_PORT, "TCP")]),
    ];
}

/** Tries cells, source by source. */
export async function tryCells(stack: KindStack, all: readonly Cell[]): Promise<readonly Tried[]> {
    const tried: Tried[] = [];
    for (const from of new Set(all.map((cell) => cell.from))) {
        const own = all.filter((cell) => cell.from === from);
        const seen = await attempt(
            stack,
            from.network,
            own.map(({ probe }) => probe),
        );
        tried.push(...own.map((cell, index) => ({ ...cell, ...judged(cell, seen[index] ?? "silent") })));
    }
    return tried;
}

function judged({ captured, probe }: Cell, seen: Seen): Pick<Tried, "seen" | "through"> {
    const arrived = probe.protocol === "TCP" && !captured && (seen === "refused" || seen === "closed");
    return { seen, through: seen === "open" || arrived };
}

/**
 * The cells that came to something else than the model says. Those that differ are tried again, twice: a busy machine
 * loses packets, a policy always says the same.
 */
export async function differing(stack: KindStack, all: readonly Cell[]): Promise<readonly Tried[]> {
    let rest: readonly Tried[] = await tryCells(stack, all);
    for (let again = 0; again < 3; again += 1) {
        rest = rest.filter(({ through, expected }) => through !== expected);
        if (rest.length === 0 || again === 2) return rest;
        rest = await tryCells(stack, rest);
    }
    return rest;
}

/** `traefik (edge) → loki (observability):3100/TCP: silent, should be let through` */
export function cellText({ from, to, probe, expected, seen }: Tried): string {
    const name = (end: RealEnd): string => (end.namespace === undefined ? end.name : `${end.name} (${end.namespace})`);
    const should = expected ? "let through" : "stopped";
    return `${name(from)} → ${name(to)}:${probe.port}/${probe.protocol}: ${seen}, should be ${should}`;
}
