/** A value that a rule cannot look into. What it is never reaches a rule, so no rule can tell it. */
export class Hidden {
    public constructor(private readonly because: "unknown" | "secret") {}

    public toString(): string {
        return `[${this.because}]`;
    }
}

/** Stands for a value that is not known yet, as in a preview. */
export const UNKNOWN = new Hidden("unknown");

/** Stands for a value that is marked as a secret. */
export const SECRET = new Hidden("secret");

/** Plain data with the two kinds of values that a rule cannot look into. */
export type Value = null | boolean | number | string | Hidden | readonly Value[] | Readonly<FieldMap>;

interface FieldMap {
    [name: string]: Value;
}

/** A map of such values. */
export type Fields = Readonly<FieldMap>;

export function isHidden(value: Value | undefined): value is Hidden {
    return value instanceof Hidden;
}

/** The value at a path of names and indices; hidden where anything on the way is, undefined where the path ends early. */
export function at(value: Value | undefined, ...path: readonly (string | number)[]): Value | undefined {
    let inner = value;
    for (const step of path) {
        if (isHidden(inner)) return inner;
        if (isList(inner)) inner = typeof step === "number" ? inner[step] : undefined;
        else if (isFields(inner)) inner = Object.hasOwn(inner, step) ? inner[step] : undefined;
        else return undefined;
    }
    return inner;
}

export function isFields(value: Value | undefined): value is Fields {
    return value !== null && typeof value === "object" && !isList(value) && !isHidden(value);
}

export function isList(value: Value | undefined): value is readonly Value[] {
    return Array.isArray(value);
}

/** Its entries; none for what is no map. */
export function entriesOf(value: Value | undefined): readonly (readonly [string, Value])[] {
    return isFields(value) ? Object.entries(value) : [];
}

/** Its items; none for what is no list. */
export function itemsOf(value: Value | undefined): readonly Value[] {
    return isList(value) ? value : [];
}

/** A text; undefined for anything else. */
export function textOf(value: Value | undefined): string | undefined {
    return typeof value === "string" ? value : undefined;
}

/** True for what Kubernetes reads as nothing: absent, null, an empty text, map or list. */
export function isEmpty(value: Value | undefined): boolean {
    if (value === undefined || value === null || value === "") return true;
    if (isList(value)) return value.length === 0;
    return isFields(value) && Object.keys(value).length === 0;
}

/** A place in an object as people write it: `spec.ports[0].nodePort`. */
export function pathText(path: readonly (string | number)[]): string {
    return path
        .map((step, index) => {
            if (typeof step === "number") return `[${step}]`;
            if (!/^[A-Za-z_][\w-]*$/.test(step)) return `[${JSON.stringify(step)}]`;
            return index === 0 ? step : `.${step}`;
        })
        .join("");
}

/** One value inside another one, with the way to it. */
export interface Place {
    readonly path: readonly (string | number)[];
    /** The last name on the way; undefined for items of a list. */
    readonly key: string | undefined;
    readonly value: Value;
    /** What it is in. */
    readonly owner: Value;
}

/** Everything inside a value, outermost first. */
export function placesIn(value: Value, path: readonly (string | number)[] = []): readonly Place[] {
    const inner: readonly (readonly [string | number, Value])[] = isList(value)
        ? value.map((item, index) => [index, item] as const)
        : entriesOf(value);
    return inner.flatMap(([step, item]) => [
        { path: [...path, step], key: typeof step === "string" ? step : undefined, value: item, owner: value },
        ...placesIn(item, [...path, step]),
    ]);
}
