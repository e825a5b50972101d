import { isList, isMap, same, type Value, type ValueMap } from "./values";

/** A property that is not what it was. */
export interface Change {
    /** Where, as Pulumi writes it: `environment.HOME`, `triggers[0]`, `keepers["a.b"]`. */
    readonly path: string;
    /** The top-level property that it is in. */
    readonly property: string;
    readonly kind: "add" | "delete" | "update";
}

/**
 * All differences, as deep as maps and lists go; a secret and what is in it count as one. Properties of the engine's or
 * of a provider's own (`__defaults`, `__meta`) and its `version` are no inputs and never differ.
 */
export function changesBetween(before: ValueMap, after: ValueMap): readonly Change[] {
    return keysOf(before, after)
        .filter((property) => !isInternal(property))
        .flatMap((property) =>
            difference([property], before[property], after[property]).map(({ path, kind }) => ({
                path: formatPath(path),
                property,
                kind,
            })),
        );
}

/** Whether a property belongs to the engine or to a provider itself. */
export function isInternal(property: string): boolean {
    return property.startsWith("__") || property === "version";
}

type Path = readonly (string | number)[];

interface Difference {
    readonly path: Path;
    readonly kind: Change["kind"];
}

function difference(path: Path, before: Value | undefined, after: Value | undefined): readonly Difference[] {
    if (same(before, after)) return [];
    if (isNothing(before)) return [{ path, kind: "add" }];
    if (isNothing(after)) return [{ path, kind: "delete" }];
    if (isList(before) && isList(after)) {
        const length = Math.max(before.length, after.length);
        return Array.from({ length }, (_, index) => difference([...path, index], before[index], after[index])).flat();
    }
    if (isMap(before) && isMap(after)) {
        return keysOf(before, after).flatMap((key) => difference([...path, key], before[key], after[key]));
    }
    return [{ path, kind: "update" }];
}

function keysOf(before: ValueMap, after: ValueMap): readonly string[] {
    return [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
}

function isNothing(value: Value | undefined): value is undefined | null {
    return value === undefined || value === null;
}

function formatPath(path: Path): string {
    return path
        .map((step, index) => {
            if (typeof step === "number") return `[${step}]`;
            if (/\W/.test(step)) return `["${step.replaceAll('"', '\\"')}"]`;
            return index === 0 ? step : `.${step}`;
        })
        .join("");
}
