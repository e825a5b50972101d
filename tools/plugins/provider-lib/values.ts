/** A property as the engine and a provider exchange it, taken off the wire. */
export type Value = null | boolean | number | string | readonly Value[] | ValueMap | Secret | Unknown;

/** The properties of a resource, or any object among them. Assets, archives and references stay maps. */
export interface ValueMap {
    readonly [key: string]: Value;
}

/** A value that must not be shown and that the engine encrypts. */
export class Secret {
    public constructor(public readonly value: Value) {}
}

/** A value that only exists once something else has been made; previews have them. */
export class Unknown {
    /** Sets the type apart from any object. */
    public readonly known = false;
}

export const UNKNOWN = new Unknown();

export function isMap(value: Value | undefined): value is ValueMap {
    return (
        typeof value === "object" &&
        value !== null &&
        !Array.isArray(value) &&
        !(value instanceof Secret) &&
        !(value instanceof Unknown)
    );
}

export function isList(value: Value | undefined): value is readonly Value[] {
    return Array.isArray(value);
}

/** The value without the marks of secrecy in it. */
export function reveal(value: Value): Value {
    if (value instanceof Secret) return reveal(value.value);
    if (isList(value)) return value.map(reveal);
    return isMap(value) ? mapValues(value, reveal) : value;
}

/** Whether any part of the value is unknown. */
export function hasUnknown(value: Value | undefined): boolean {
    if (value instanceof Secret) return hasUnknown(value.value);
    if (isList(value)) return value.some(hasUnknown);
    return isMap(value) ? Object.values(value).some(hasUnknown) : value instanceof Unknown;
}

/** Marks a value as a secret; one that is a secret stays as it is. */
export function secret(value: Value): Secret {
    return value instanceof Secret ? value : new Secret(value);
}

export function mapValues(map: ValueMap, change: (value: Value, key: string) => Value): ValueMap {
    return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, change(value, key)]));
}

/** Those of a map's values that it has under these keys. */
export function pick(map: ValueMap, keys: readonly string[]): ValueMap {
    return compact(Object.fromEntries(keys.map((key) => [key, map[key]])));
}

/** The map without the keys that it has no value for. */
export function compact(map: Readonly<Record<string, Value | undefined>>): ValueMap {
    return Object.fromEntries(
        Object.entries(map).filter((entry): entry is [string, Value] => entry[1] !== undefined && entry[1] !== null),
    );
}

/**
 * Whether two values are the same. A secret differs from the same value in the open, since the state has to be
 * written anew; an absent value and null are the same.
 */
export function same(a: Value | undefined, b: Value | undefined): boolean {
    if (a instanceof Secret) return b instanceof Secret && same(a.value, b.value);
    if (a instanceof Unknown) return b instanceof Unknown;
    if (isList(a)) return isList(b) && a.length === b.length && a.every((item, index) => same(item, b[index]));
    if (isMap(a))
        return isMap(b) && [...new Set([...Object.keys(a), ...Object.keys(b)])].every((k) => same(a[k], b[k]));
    return (a ?? null) === (b ?? null);
}
