/** Anything that was read from YAML or JSON. */
export type Json = Readonly<Record<string, unknown>>;

/** A value as an object; absent is empty. */
export function object(value: unknown, what: string): Json {
    if (value === undefined) return {};
    if (value === null || typeof value !== "object" || Array.isArray(value)) throw new Error(`${what} is no object`);
    return Object.fromEntries(Object.entries(value));
}

/** A value as a list; undefined where it is absent, which is not the same as empty. */
export function list(value: unknown, what: string): readonly unknown[] | undefined {
    if (value === undefined) return undefined;
    if (!Array.isArray(value)) throw new Error(`${what} is no list`);
    return value;
}

export function texts(value: unknown, what: string): readonly string[] | undefined {
    return list(value, what)?.map((item) => {
        if (typeof item !== "string") throw new Error(`${what} has something else than texts`);
        return item;
    });
}

/** Fails on a field that the evaluator would otherwise pass over in silence. */
export function only(value: Json, what: string, ...known: readonly string[]): Json {
    const strange = Object.keys(value).filter((key) => !known.includes(key));
    if (strange.length > 0) throw new Error(`${what} has ${strange.join(", ")}, which is not evaluated`);
    return value;
}

/** How a selector looks a label up. */
export type Lookup = (key: string) => string | undefined;

/** A Kubernetes label selector, read once for all that it is asked; an empty one matches everything. */
export function selectorMatcher(selector: Json, what: string): (get: Lookup) => boolean {
    only(selector, what, "matchLabels", "matchExpressions");
    const labels = Object.entries(object(selector["matchLabels"], what));
    const expressions = (list(selector["matchExpressions"], what) ?? []).map((expression) =>
        expressionMatcher(object(expression, what), what),
    );
    return (get) => labels.every(([key, value]) => get(key) === value) && expressions.every((matches) => matches(get));
}

function expressionMatcher(expression: Json, what: string): (get: Lookup) => boolean {
    const { key, operator } = only(expression, what, "key", "operator", "values");
    const name = String(key);
    const values = texts(expression["values"], what) ?? [];
    switch (operator) {
        case "In":
            return (get) => values.includes(get(name) ?? NOTHING);
        case "NotIn":
            return (get) => !values.includes(get(name) ?? NOTHING);
        case "Exists":
            return (get) => get(name) !== undefined;
        case "DoesNotExist":
            return (get) => get(name) === undefined;
        default:
            throw new Error(`${what}: operator ${String(operator)}`);
    }
}

/** No label has this value. */
const NOTHING = "\0";

/** True when an IPv4 address is in a block such as `10.0.0.0/8`. */
export function inBlock(address: string, block: string): boolean {
    const [network = "", bits = ""] = block.split("/");
    const size = 2 ** (32 - Number(bits));
    return Math.floor(numberOf(address) / size) === Math.floor(numberOf(network) / size);
}

function numberOf(address: string): number {
    const parts = address.split(".").map(Number);
    if (parts.length !== 4 || parts.some((part) => !(part >= 0 && part <= 255)))
        throw new Error(`${address} is no IPv4`);
    return parts.reduce((sum, part) => sum * 256 + part, 0);
}
