import { isList, isMap, Secret, type Value } from "../provider-lib/values";

const REPLACEMENT = "[secret]";

/** Shorter secrets are left: to hide every "1" tells more than it hides. The engine's own filter has the same limit. */
const SHORTEST = 3;

/** Lines of a secret of several lines that are this short are no secrets by themselves: `users:`, `EOF`. */
const SHORTEST_LINE = 8;

/** Makes a function that takes the secrets in some values out of a text. */
export function redactor(...values: readonly Value[]): (text: string) => string {
    const secrets = [...new Set(values.flatMap((value) => secretTexts(value, false)).flatMap(forms))];
    // One that holds another is to be found whole.
    const longestFirst = secrets.sort((a, b) => b.length - a.length);
    // Split and joined, since what stands for one secret must not be searched for others.
    return (text) =>
        longestFirst.reduce((parts, one) => parts.flatMap((part) => part.split(one)), [text]).join(REPLACEMENT);
}

function secretTexts(value: Value, inside: boolean): readonly string[] {
    if (value instanceof Secret) return secretTexts(value.value, true);
    if (isList(value)) return value.flatMap((item) => secretTexts(item, inside));
    if (isMap(value)) return Object.values(value).flatMap((item) => secretTexts(item, inside));
    return inside && typeof value === "string" ? [value] : [];
}

/** How a secret may be found: as it is, as JSON has it, and each of its lines, since output is shown line by line. */
function forms(secret: string): readonly string[] {
    const trimmed = secret.trim();
    if (trimmed.length < SHORTEST || /^(true|false)$/i.test(trimmed)) return [];
    const lines = trimmed.split("\n").map((line) => line.trim());
    const long = lines.length > 1 ? lines.filter((line) => line.length >= SHORTEST_LINE) : [];
    return [trimmed, JSON.stringify(trimmed).slice(1, -1), ...long];
}
