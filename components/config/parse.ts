import type { Problem } from "./problems";
import type { FieldSpec, SettingSpec } from "./setting-spec";
import { SETTING_NAMES, type SettingName, settingSpec } from "./settings";

/** Settings as given: right types, right fields, defaults not filled in yet. */
export type GivenSettings = Readonly<Partial<Record<SettingName, unknown>>>;

export interface Parsed {
    readonly settings: GivenSettings;
    readonly problems: readonly Problem[];
}

/** Pulumi hands every value to a program as text; structured ones as JSON. */
export function parseEntries(entries: Readonly<Record<string, string>>): Parsed {
    const typed = Object.entries(entries).map(([key, text]): [string, unknown] => {
        const spec = isSettingName(key) ? settingSpec(key) : undefined;
        return [key, spec === undefined || spec.type === "string" ? text : parsedJson(text)];
    });
    return checkTypes(Object.fromEntries(typed));
}

/** Checks names and types of settings, as they stand in a stack file or came from `parseEntries`. */
export function checkTypes(values: Readonly<Record<string, unknown>>): Parsed {
    const problems: Problem[] = [];
    const settings: Partial<Record<SettingName, unknown>> = {};
    for (const [key, value] of Object.entries(values)) {
        if (!isSettingName(key)) {
            problems.push({
                where: `hearth:${key}`,
                what: "there is no such setting",
                fix: suggestion(key, SETTING_NAMES),
            });
            continue;
        }
        const spec = settingSpec(key);
        if (isNone(value, spec)) continue;
        const fitted = fit(value, spec);
        const found = typeProblems(`hearth:${key}`, fitted, spec);
        problems.push(...found);
        if (found.length === 0) settings[key] = fitted;
    }
    return { settings, problems };
}

/**
 * A setting that Pulumi.yaml declares needs a default there (or Pulumi insists on a value in each stack file), and the
 * empty text stands for none.
 */
function isNone(value: unknown, { type, default: fallback }: SettingSpec): boolean {
    return value === "" && type === "string" && fallback === undefined;
}

/** `pulumi config set` writes numbers and truths into stack files as texts, also those that it was not asked about. */
function fit(value: unknown, { type, fields }: Pick<SettingSpec, "type" | "fields">): unknown {
    if (type === "integer") return typeof value === "string" && /^-?\d+$/.test(value) ? Number(value) : value;
    if (type === "boolean") return value === "true" ? true : value === "false" ? false : value;
    if (fields === undefined || value === null || typeof value !== "object" || Array.isArray(value)) return value;
    return Object.fromEntries(
        Object.entries(value).map(([key, inner]): [string, unknown] => {
            const field = fields[key];
            return [key, field === undefined ? inner : fit(inner, field)];
        }),
    );
}

function isSettingName(key: string): key is SettingName {
    return SETTING_NAMES.some((name) => name === key);
}

function parsedJson(text: string): unknown {
    try {
        return JSON.parse(text);
    } catch {
        return text;
    }
}

function typeProblems(where: string, value: unknown, spec: SettingSpec): Problem[] {
    switch (spec.type) {
        case "string":
        case "integer":
        case "boolean":
            return scalarProblems(where, value, spec.type, spec.values);
        case "array":
            if (!Array.isArray(value))
                return [wrongType(where, "a list", value, `write it as a YAML list under ${where}`)];
            return value.flatMap((item: unknown, index) => scalarProblems(`${where}[${index}]`, item, "string"));
        case "object":
            return objectProblems(where, value, spec);
    }
}

function scalarProblems(where: string, value: unknown, type: FieldSpec["type"], values?: readonly string[]): Problem[] {
    const fits = type === "integer" ? Number.isSafeInteger(value) : typeof value === type;
    if (!fits) return [wrongType(where, TYPE_TITLES[type], value, `pulumi config set ${pathFlag(where)} <${type}>`)];
    if (values !== undefined && !values.some((known) => known === value)) {
        return [
            {
                where,
                what: `"${String(value)}" is not one of ${values.join(", ")}`,
                fix: suggestion(String(value), values),
            },
        ];
    }
    return [];
}

const TYPE_TITLES = { string: "text", integer: "a whole number", boolean: "true or false" } as const;

function objectProblems(where: string, value: unknown, spec: SettingSpec): Problem[] {
    if (value === null || typeof value !== "object" || Array.isArray(value)) {
        return [wrongType(where, "a map", value, `write it as a YAML map under ${where}`)];
    }
    const { fields } = spec;
    if (fields === undefined) {
        return Object.entries(value).flatMap(([key, inner]) =>
            typeProblems(`${where}.${key}`, inner, { ...spec, type: spec.mapOf === "list" ? "array" : "string" }),
        );
    }
    return Object.entries(value).flatMap(([key, inner]): Problem[] => {
        const field = fields[key];
        if (field !== undefined) return scalarProblems(`${where}.${key}`, inner, field.type);
        return [
            { where: `${where}.${key}`, what: "there is no such field", fix: suggestion(key, Object.keys(fields)) },
        ];
    });
}

function wrongType(where: string, wanted: string, value: unknown, fix: string): Problem {
    const got = Array.isArray(value)
        ? "a list"
        : value === null
          ? "nothing"
          : typeof value === "object"
            ? "a map"
            : JSON.stringify(value);
    return { where, what: `must be ${wanted}, not ${got}`, fix };
}

/** How `pulumi config set` wants the path: fields of objects and items of lists need `--path`. */
function pathFlag(where: string): string {
    return /[.[]/.test(where.slice("hearth:".length)) ? `--path ${where}` : where;
}

/** Names the known word nearest to a misspelt one, and all that there are. */
export function suggestion(word: string, known: readonly string[]): string {
    const ranked = known.map((candidate) => ({
        candidate,
        distance: editDistance(word.toLowerCase(), candidate.toLowerCase()),
    }));
    const nearest = ranked.reduce((best, next) => (next.distance < best.distance ? next : best), {
        candidate: "",
        distance: Infinity,
    });
    const hint = nearest.distance <= Math.max(2, word.length / 3) ? `did you mean ${nearest.candidate}? ` : "";
    return `${hint}known: ${known.join(", ")}`;
}

/** Levenshtein distance; a dozen lines do not warrant a dependency of the program. */
function editDistance(a: string, b: string): number {
    let row = Array.from({ length: b.length + 1 }, (_unused, index) => index);
    for (let i = 1; i <= a.length; i++) {
        const next = [i];
        for (let j = 1; j <= b.length; j++) {
            const substitution = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
            next.push(Math.min(substitution, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
        }
        row = next;
    }
    return row[b.length] ?? 0;
}
