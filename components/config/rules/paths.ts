import { suggestion } from "../parse";
import type { Problem } from "../problems";
import { repetitions } from "./names";
import type { Rule } from "./rule";
import { roleNameProblems } from "./users";

/** What the mesh would take for something else than a path's character: a query, a fragment, a path template. */
const FOREIGN = /[\s?#{}]/;

/** True for a path of a request, with at most one `*`, at one of its ends, where it stands for anything. */
function isPathPattern(text: string): boolean {
    const stars = text.split("*").length - 1;
    const atAnEnd = text.startsWith("*") || text.endsWith("*");
    return /^[/*]/.test(text) && !FOREIGN.test(text) && (stars === 0 || (stars === 1 && atAnEnd));
}

const PATH_RULE = "begin with / and put at most one * at the end";

export const publicPathsFit: Rule = ({ publicPaths }) => [
    ...publicPaths
        .filter((path) => !isPathPattern(path))
        .map((path) => ({
            where: "hearth:publicPaths",
            what: `"${path}" is not a path that the mesh can match`,
            fix: `${PATH_RULE}, or at the beginning`,
        })),
    ...repetitions("hearth:publicPaths", publicPaths),
];

export const rolePathsFit: Rule = ({ rolePaths, roles, oidc }) =>
    Object.entries(rolePaths).flatMap(([path, role]) => {
        const where = `hearth:rolePaths.${path}`;
        const problems: Problem[] = [];
        if (!path.startsWith("/") || !isPathPattern(path)) {
            problems.push({ where, what: "is not a path that the mesh can match", fix: PATH_RULE });
        }
        // Another issuer's roles are in its tokens; the cluster's are only what hearth:roles says.
        if (oidc.issuer !== "") return [...problems, ...roleNameProblems(where, role)];
        if (Object.hasOwn(roles, role)) return problems;
        const known = Object.keys(roles);
        return [
            ...problems,
            {
                where,
                what: `needs role "${role}", which hearth:roles does not have`,
                fix: known.length === 0 ? "add it there with its users" : `add it there, or ${suggestion(role, known)}`,
            },
        ];
    });

export const pathsApart: Rule = ({ publicPaths, rolePaths }) =>
    Object.keys(rolePaths).flatMap((path) =>
        publicPaths
            .filter((open) => isPathPattern(open) && isPathPattern(path) && haveCommonPath(open, path))
            .map((open) => ({
                where: `hearth:rolePaths.${path}`,
                what: `needs a role, and hearth:publicPaths has "${open}", which opens paths of it to everybody`,
                fix: "narrow one of the two, or remove it",
            })),
    );

/** Whether some path fits both patterns; each has at most one `*`, at one end. */
export function haveCommonPath(one: string, other: string): boolean {
    const [a, b] = [partsOf(one), partsOf(other)];
    if (a.end === undefined && b.end === undefined) return a.text === b.text;
    if (a.end === undefined) return fits(a.text, b);
    if (b.end === undefined) return fits(b.text, a);
    // One fixes the beginning, the other the end: their texts one after the other fit both.
    if (a.end !== b.end) return true;
    return fits(a.text, b) || fits(b.text, a);
}

interface Parts {
    readonly text: string;
    /** Which end is fixed, if one is open. */
    readonly end?: "first" | "last";
}

function partsOf(pattern: string): Parts {
    if (pattern.endsWith("*")) return { text: pattern.slice(0, -1), end: "first" };
    return pattern.startsWith("*") ? { text: pattern.slice(1), end: "last" } : { text: pattern };
}

function fits(text: string, { text: fixed, end }: Parts): boolean {
    return end === "first" ? text.startsWith(fixed) : text.endsWith(fixed);
}
