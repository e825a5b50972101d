import { isList, isMap, reveal, type Value, type ValueMap } from "./values";

/**
 * Readers of single properties, secret or not. An absent value, an unknown one and one of another type are undefined:
 * inputs have been checked before, and operations that need a value never get an unknown one.
 */
export function text(values: ValueMap, name: string): string | undefined {
    return textOf(plain(values[name]));
}

export function whole(values: ValueMap, name: string): number | undefined {
    const value = plain(values[name]);
    return typeof value === "number" ? value : undefined;
}

export function flag(values: ValueMap, name: string): boolean | undefined {
    const value = plain(values[name]);
    return typeof value === "boolean" ? value : undefined;
}

export function texts(values: ValueMap, name: string): readonly string[] | undefined {
    const value = plain(values[name]);
    return isList(value) ? value.flatMap((item) => textOf(item) ?? []) : undefined;
}

export function textMap(values: ValueMap, name: string): Readonly<Record<string, string>> | undefined {
    const value = plain(values[name]);
    if (!isMap(value)) return undefined;
    return Object.fromEntries(
        Object.entries(value).flatMap(([key, item]) => {
            const found = textOf(item);
            return found === undefined ? [] : [[key, found] as const];
        }),
    );
}

function plain(value: Value | undefined): Value | undefined {
    return value === undefined ? undefined : reveal(value);
}

function textOf(value: Value | undefined): string | undefined {
    return typeof value === "string" ? value : undefined;
}
