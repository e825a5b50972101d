import type { Deployment } from "../state/deployment";
import type { Work } from "./critical-path";

/** One event of the engine, with the moment at which it was seen. */
export interface SeenEvent {
    /** Milliseconds since the run began. */
    readonly at: number;
    readonly event: EngineEvent;
}

interface StepMetadata {
    readonly op: string;
    readonly urn: string;
    readonly type: string;
}

/** The parts of Pulumi's engine events (`pulumi up --event-log`) that timing needs. */
export interface EngineEvent {
    readonly preludeEvent?: object;
    readonly resourcePreEvent?: { readonly metadata: StepMetadata };
    readonly resOutputsEvent?: { readonly metadata: StepMetadata };
    readonly summaryEvent?: object;
}

/** A line of the event log; undefined when it is none. */
export function parseEvent(line: string): EngineEvent | undefined {
    try {
        const value: unknown = JSON.parse(line);
        return value !== null && typeof value === "object" ? value : undefined;
    } catch {
        return undefined;
    }
}

const PREPARE = "make up: tools, secrets, charts, gate";
const LOAD = "program: from the engine's start to its first resource";
const FINISH = "make up: summary";

/**
 * The work of a run: what comes before the engine, the program's start, each resource with what it waits for, and
 * what comes after. Components take no time of their own, their children do.
 * @param total milliseconds of the whole run
 */
export function workOf(events: readonly SeenEvent[], state: Deployment, total: number): readonly Work[] {
    const prelude = events.find(({ event }) => event.preludeEvent !== undefined)?.at ?? 0;
    const spans = resourceSpans(events);
    const firstStart = Math.min(...[...spans.values()].map(({ start }) => start), total);
    const lastEnd = Math.max(...[...spans.values()].map(({ end }) => end), 0);
    const dependencies = new Map(
        (state.deployment.resources ?? []).map((resource) => {
            const provider = resource.provider?.split("::").slice(0, -1).join("::");
            return [resource.urn, [...(resource.dependencies ?? []), ...(provider === undefined ? [] : [provider])]];
        }),
    );
    const uses = (urn: string): readonly number[] =>
        [...spans].flatMap(([other, { start }]) => (dependencies.get(other)?.includes(urn) === true ? [start] : []));
    const resources = [...spans].map(([urn, { start, end: registered }]): Work => {
        // A provider is registered in no time; then its plugin starts and learns the cluster's API.
        const end = urn.includes("$pulumi:providers:")
            ? Math.max(registered, Math.min(...uses(urn), total))
            : registered;
        const known = (dependencies.get(urn) ?? []).filter((other) => spans.has(other));
        return { id: titleOf(urn), duration: end - start, after: [LOAD, ...known.map(titleOf)], start };
    });
    return [
        { id: PREPARE, duration: prelude, after: [], start: 0 },
        { id: LOAD, duration: Math.max(0, firstStart - prelude), after: [PREPARE], start: prelude },
        ...resources,
        { id: FINISH, duration: Math.max(0, total - lastEnd), after: resources.map(({ id }) => id), start: lastEnd },
    ];
}

/** `kubernetes:helm.sh/v3:Release loki-release` */
function titleOf(urn: string): string {
    const [, , types = "", name = ""] = urn.split("::");
    return `${types.split("$").at(-1) ?? types} ${name}`;
}

function resourceSpans(events: readonly SeenEvent[]): ReadonlyMap<string, { start: number; end: number }> {
    const spans = new Map<string, { start: number; end: number }>();
    for (const { at, event } of events) {
        const began = event.resourcePreEvent?.metadata;
        if (began !== undefined && isCustom(began)) spans.set(began.urn, { start: at, end: at });
        const ended = event.resOutputsEvent?.metadata;
        const span = ended === undefined ? undefined : spans.get(ended.urn);
        if (span !== undefined) span.end = at;
    }
    return spans;
}

function isCustom({ type }: StepMetadata): boolean {
    return !type.startsWith("hearth:") && type !== "pulumi:pulumi:Stack";
}
