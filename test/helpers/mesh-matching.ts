import type { Claims } from "./mesh-tokens";

/** The spec of an AuthorizationPolicy, as far as Hearth's have it. */
export interface PolicySpec {
    readonly selector?: { readonly matchLabels?: Readonly<Record<string, string>> };
    readonly targetRefs?: readonly { readonly kind: string; readonly name: string }[];
    /** ALLOW when absent. */
    readonly action?: "ALLOW" | "DENY";
    readonly rules?: readonly Rule[];
}

export interface Rule {
    readonly from?: readonly { readonly source: Fields }[];
    readonly to?: readonly { readonly operation: Fields }[];
    readonly when?: readonly Condition[];
}

type Fields = Readonly<Partial<Record<string, readonly string[]>>>;

interface Condition {
    readonly key: string;
    readonly values?: readonly string[];
    readonly notValues?: readonly string[];
}

/** What rules may ask about. */
export interface Attributes {
    /** The peer's identity in the mesh; absent for plaintext. */
    readonly principal?: string;
    readonly port: number;
    /** Known to a waypoint only. */
    readonly http?: { readonly path: string; readonly method: string; readonly claims?: Claims };
}

/** What ztunnel can tell; every other field is HTTP's. */
const L4_FIELDS = ["principals", "notPrincipals", "namespaces", "notNamespaces", "ports", "notPorts"];

/**
 * Whether a policy's rules match. At ztunnel (`http` absent), an ALLOW rule with an HTTP field never matches, and of a
 * DENY rule such fields are left out, so that it denies more: both on the safe side, as Istio has it.
 */
export function matches({ action = "ALLOW", rules = [] }: PolicySpec, attributes: Attributes): boolean {
    return rules.some((rule) => {
        const l4 = attributes.http === undefined;
        if (l4 && action === "ALLOW" && hasHttpFields(rule)) return false;
        const { from = [], to = [], when = [] } = rule;
        return (
            (from.length === 0 || from.some(({ source }) => fieldsMatch(source, attributes))) &&
            (to.length === 0 || to.some(({ operation }) => fieldsMatch(operation, attributes))) &&
            when.every((condition) => (l4 ? true : conditionMatches(condition, attributes)))
        );
    });
}

function hasHttpFields({ from = [], to = [], when = [] }: Rule): boolean {
    const fields = [...from.map(({ source }) => source), ...to.map(({ operation }) => operation)];
    return when.length > 0 || fields.some((all) => Object.keys(all).some((field) => !L4_FIELDS.includes(field)));
}

/** Every field has to match; the values of one are alternatives. */
function fieldsMatch(fields: Fields, attributes: Attributes): boolean {
    return Object.entries(fields).every(([field, values = []]) => {
        const negated = /^not[A-Z]/.test(field);
        const name = negated ? `${field[3]?.toLowerCase() ?? ""}${field.slice(4)}` : field;
        if (attributes.http === undefined && !L4_FIELDS.includes(field)) return true;
        const found = values.some((value) => fieldMatches(name, value, attributes));
        return negated ? !found : found;
    });
}

function fieldMatches(name: string, value: string, { principal, port, http }: Attributes): boolean {
    switch (name) {
        case "principals":
            return fits(principal, value);
        case "namespaces":
            return fits(/\/ns\/([^/]+)\//.exec(principal ?? "")?.[1], value);
        case "ports":
            return String(port) === value;
        case "paths":
            return fits(http?.path, value);
        case "methods":
            return fits(http?.method, value);
        case "requestPrincipals":
            return isRequestPrincipal(http?.claims, value);
        default:
            throw new Error(`the tests' mesh knows no field ${name}`);
    }
}

/** Issuer and subject are compared each by itself; the last slash parts them. */
function isRequestPrincipal(claims: Claims | undefined, value: string): boolean {
    const slash = value.lastIndexOf("/");
    if (slash === -1) throw new Error(`the tests' mesh reads requestPrincipals with a slash only, not ${value}`);
    return (
        fits(textOf(claims?.["iss"]), value.slice(0, slash)) && fits(textOf(claims?.["sub"]), value.slice(slash + 1))
    );
}

/** Of a claim that is a list, one element has to fit. */
function conditionMatches({ key, values = [], notValues = [] }: Condition, { http }: Attributes): boolean {
    const names = [...key.matchAll(/\[([^\]]*)\]/g)].map(([, name = ""]) => name);
    if (!key.startsWith("request.auth.claims[")) throw new Error(`the tests' mesh knows no condition ${key}`);
    const claim = names.reduce<unknown>(
        (inner, name) => (isMap(inner) ? inner[name] : undefined),
        http?.claims ?? undefined,
    );
    const texts = (Array.isArray(claim) ? claim : [claim]).map(textOf);
    const has = (value: string): boolean => texts.some((text) => fits(text, value));
    return (values.length === 0 || values.some(has)) && (notValues.length === 0 || !notValues.some(has));
}

/** A text, a beginning (`a*`), an end (`*a`), or anything that is there (`*`). */
function fits(text: string | undefined, value: string): boolean {
    if (text === undefined || text === "") return false;
    if (value === "*") return true;
    if (value.startsWith("*")) return text.endsWith(value.slice(1));
    return value.endsWith("*") ? text.startsWith(value.slice(0, -1)) : text === value;
}

function textOf(value: unknown): string | undefined {
    return typeof value === "string" ? value : undefined;
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
    return value !== null && typeof value === "object" && !Array.isArray(value);
}
