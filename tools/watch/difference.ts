import { isFields } from "../../components/core/fields";
import type { Application, ApplicationObject } from "../../components/delivery/tree";

/** How one object differs from what was applied. */
export interface Difference {
    /** `Deployment apps/web` */
    readonly id: string;
    readonly change: "new" | "changed" | "gone";
    /** `spec.replicas: 1 → 2`, one line for each value that differs; none for a new or a gone object. */
    readonly lines: readonly string[];
}

/** How the objects of applications differ, in the order of what is there now, then of what is gone. */
export function differences(before: readonly Application[], now: readonly Application[]): readonly Difference[] {
    const [old, fresh] = [objectsOf(before), objectsOf(now)];
    return [
        ...[...fresh].flatMap(([id, { object }]): readonly Difference[] => {
            const known = old.get(id);
            if (known === undefined) return [{ id, change: "new", lines: [] }];
            const lines = valueLines("", known.object, object);
            return lines.length === 0 ? [] : [{ id, change: "changed", lines }];
        }),
        ...[...old.keys()].filter((id) => !fresh.has(id)).map((id): Difference => ({ id, change: "gone", lines: [] })),
    ];
}

function objectsOf(applications: readonly Application[]): ReadonlyMap<string, ApplicationObject> {
    return new Map(applications.flatMap(({ objects }) => objects.map((object) => [object.id, object])));
}

/** Differences as lines for a person. */
export function differenceLines(all: readonly Difference[]): readonly string[] {
    const mark = { new: "+", changed: "~", gone: "-" } as const;
    return all.flatMap(({ id, change, lines }) => [`${mark[change]} ${id}`, ...lines.map((line) => `    ${line}`)]);
}

/** One line for each value that differs below a path. */
function valueLines(path: string, before: unknown, now: unknown): readonly string[] {
    if (Array.isArray(before) && Array.isArray(now)) {
        const length = Math.max(before.length, now.length);
        return Array.from({ length }).flatMap((_, index) =>
            valueLines(`${path}[${index}]`, before[index] as unknown, now[index] as unknown),
        );
    }
    if (isFields(before) && isFields(now)) {
        const keys = [...new Set([...Object.keys(before), ...Object.keys(now)])];
        return keys.flatMap((key) => valueLines(joined(path, key), before[key], now[key]));
    }
    if (Object.is(before, now)) return [];
    return [`${path}: ${shown(before)} → ${shown(now)}`];
}

function joined(path: string, key: string): string {
    if (!/^[\w-]+$/.test(key)) return `${path}["${key}"]`;
    return path === "" ? key : `${path}.${key}`;
}

/** Characters of a value that are shown: it is to be recognised, not read. */
const SHOWN = 80;

function shown(value: unknown): string {
    if (value === undefined) return "(nothing)";
    const text = JSON.stringify(value);
    return text.length <= SHOWN ? text : `${text.slice(0, SHOWN)}…`;
}
