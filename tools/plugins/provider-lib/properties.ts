import { isInternal } from "./changes";
import { isList, isMap, Secret, Unknown, type Value, type ValueMap } from "./values";

/** What a property may be. A list is of any number of values of one type, a map has any keys. */
export type PropertyType =
    | "any"
    | "archive"
    | "asset"
    | "boolean"
    | "integer"
    | "string"
    | { readonly listOf: PropertyType }
    | { readonly mapOf: PropertyType };

export interface Property {
    readonly type: PropertyType;
    readonly description: string;
    /** Default false. */
    readonly required?: boolean;
    /** The value is a secret whatever it is made from. Default false. */
    readonly secret?: boolean;
    /** A change of it needs a new resource. Default false. */
    readonly replace?: boolean;
}

/** The properties of a resource or function, by name. */
export type Properties = Readonly<Record<string, Property>>;

/** Why an input is refused. */
export interface CheckFailure {
    /** Name of the property; empty when it is about several. */
    readonly property: string;
    readonly reason: string;
}

/**
 * Every input that is missing, of the wrong type or of no known name. An unknown value may be of any type.
 * @param subject what has these properties, for the messages
 */
export function checkProperties(subject: string, properties: Properties, inputs: ValueMap): readonly CheckFailure[] {
    const unrecognized = Object.keys(inputs)
        .filter((name) => properties[name] === undefined && !isInternal(name))
        .map((name) => ({ property: name, reason: `Unrecognized field '${name}' on '${subject}'` }));
    const known = Object.entries(properties).flatMap(([name, { type, required = false }]) => {
        const value = inputs[name];
        if (value !== undefined && value !== null) {
            return mismatches(name, type, value).map((reason) => ({ property: name, reason: reason(subject) }));
        }
        return required ? [{ property: name, reason: `Missing required field '${name}' on '${subject}'` }] : [];
    });
    return [...known, ...unrecognized];
}

type Reason = (subject: string) => string;

function mismatches(name: string, type: PropertyType, value: Value): readonly Reason[] {
    if (value instanceof Secret) return mismatches(name, type, value.value);
    if (value instanceof Unknown || type === "any") return [];
    if (typeof type === "string") return fits(type, value) ? [] : [wrongType(name, type, value)];
    if ("listOf" in type) {
        if (!isList(value)) return [wrongType(name, "list", value)];
        return value.flatMap((item, index) => mismatches(`${name}[${index}]`, type.listOf, item));
    }
    if (!isMap(value)) return [wrongType(name, "map", value)];
    return Object.entries(value).flatMap(([key, item]) => mismatches(`${name}.${key}`, type.mapOf, item));
}

function fits(type: Exclude<PropertyType, object>, value: Value): boolean {
    switch (type) {
        case "boolean":
        case "string":
            return typeof value === type;
        case "integer":
            return Number.isSafeInteger(value);
        default:
            return isMap(value);
    }
}

function wrongType(name: string, expected: string, value: Value): Reason {
    return (subject) => `Field '${name}' on '${subject}' must be ${article(expected)}; got ${described(value)} instead`;
}

function article(type: string): string {
    return /^[aeiou]/.test(type) ? `an ${type}` : `a ${type}`;
}

/** What a value is, without telling the value. */
function described(value: Value): string {
    if (value === null) return "nothing";
    if (isList(value)) return "a list";
    return typeof value === "object" ? "a map" : article(typeof value);
}
