import type { PodSpec } from "./objects";

const UNITS: Readonly<Record<string, number>> = {
    "": 1,
    n: 1e-9,
    u: 1e-6,
    m: 1e-3,
    k: 1e3,
    M: 1e6,
    G: 1e9,
    T: 1e12,
    P: 1e15,
    E: 1e18,
    Ki: 2 ** 10,
    Mi: 2 ** 20,
    Gi: 2 ** 30,
    Ti: 2 ** 40,
    Pi: 2 ** 50,
    Ei: 2 ** 60,
};

/** The number that a Kubernetes quantity stands for: cores, bytes, pieces. NaN when it is none. */
export function quantity(text: string): number {
    const [, count, unit = ""] = /^([+-]?[0-9.]+(?:[eE][+-]?[0-9]+)?)([numkMGTPE]i?|Ki)?$/.exec(text) ?? [];
    return Number(count) * (UNITS[unit] ?? Number.NaN);
}

type Amounts = Readonly<Record<string, number>>;

/**
 * What a pod asks of its node, as the scheduler counts: its containers and sidecars together, or the largest init
 * container beside the sidecars before it, whichever is more; and the runtime's overhead.
 */
export function podRequests(spec: PodSpec): Amounts {
    let sidecars: Amounts = {};
    let largest: Amounts = {};
    for (const init of spec.initContainers ?? []) {
        const both = combine(sidecars, amounts(init.resources?.requests), sum);
        if (init.restartPolicy === "Always") sidecars = both;
        else largest = combine(largest, both, Math.max);
    }
    const running = spec.containers.reduce<Amounts>(
        (total, { resources }) => combine(total, amounts(resources?.requests), sum),
        sidecars,
    );
    return combine(combine(running, largest, Math.max), amounts(spec.overhead), sum);
}

/** Quantities as numbers. */
export function amounts(quantities: Readonly<Record<string, string>> = {}): Amounts {
    return Object.fromEntries(Object.entries(quantities).map(([resource, text]) => [resource, quantity(text)]));
}

function combine(a: Amounts, b: Amounts, how: (a: number, b: number) => number): Amounts {
    const resources = new Set([...Object.keys(a), ...Object.keys(b)]);
    return Object.fromEntries([...resources].map((resource) => [resource, how(a[resource] ?? 0, b[resource] ?? 0)]));
}

function sum(a: number, b: number): number {
    return a + b;
}

const BINARY = ["Ki", "Mi", "Gi", "Ti"] as const;

/** A number as people write it: bytes in binary units, everything else plain. */
export function quantityText(resource: string, value: number): string {
    if (!/memory|storage|hugepages/.test(resource)) return String(Math.round(value * 1000) / 1000);
    const unit = [...BINARY].reverse().find((name) => value >= (UNITS[name] ?? 0));
    return unit === undefined ? String(value) : `${Math.round((10 * value) / (UNITS[unit] ?? 1)) / 10}${unit}`;
}
