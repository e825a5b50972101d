import { suggestion } from "../parse";
import type { Problem } from "../problems";
import { isSubdomain, repetitions } from "./names";
import type { Rule } from "./rule";

/** Kubernetes makes this ServiceAccount in every namespace by itself. */
const MADE_BY_KUBERNETES = "default";

/**
 * What a role may be called. No space, comma or quote, which lists of roles are written with; no `*`, with which the
 * mesh would take the name for a pattern.
 */
const ROLE = /^[A-Za-z0-9]([A-Za-z0-9_.:/-]{0,61}[A-Za-z0-9])?$/;

export const usersFit: Rule = ({ users }) => [
    ...users
        .filter((user) => !isSubdomain(user))
        .map((user) => ({
            where: "hearth:users",
            what: `"${user}" is not a ServiceAccount's name`,
            fix: "use lower-case letters, digits, and inner hyphens and dots",
        })),
    ...(users.includes(MADE_BY_KUBERNETES)
        ? [
              {
                  where: "hearth:users",
                  what: `"${MADE_BY_KUBERNETES}" is the ServiceAccount that Kubernetes makes in every namespace`,
                  fix: "choose another name",
              },
          ]
        : []),
    ...repetitions("hearth:users", users),
];

export const rolesFit: Rule = ({ roles, users }) =>
    Object.entries(roles).flatMap(([role, members]) => [
        ...roleNameProblems(`hearth:roles.${role}`, role),
        ...memberProblems(role, members, users),
    ]);

/** Problems of a role's name wherever it stands. */
export function roleNameProblems(where: string, role: string): readonly Problem[] {
    if (ROLE.test(role)) return [];
    const fix = "use at most 63 letters, digits and inner _ . : / -";
    return [{ where, what: `"${role}" is not a role's name`, fix }];
}

function memberProblems(role: string, members: readonly string[], users: readonly string[]): readonly Problem[] {
    const where = `hearth:roles.${role}`;
    if (members.length === 0) {
        const what = "is a role without users, whose paths nobody could call";
        return [{ where, what, fix: "list at least one of hearth:users, or remove the role" }];
    }
    return [
        ...members
            .filter((member) => !users.includes(member))
            .map((member) => ({
                where,
                what: `"${member}" is not one of hearth:users`,
                fix: users.length === 0 ? "add it to hearth:users" : `add it there, or ${suggestion(member, users)}`,
            })),
        ...repetitions(where, members),
    ];
}

/** An audience tells a token that is meant for the applications from any other of the same issuer. */
export const audiencesFit: Rule = ({ audiences }) => {
    const where = "hearth:audiences";
    if (audiences.length === 0) {
        const what = "is empty: an issuer without audience would open the applications with tokens for anything";
        return [{ where, what, fix: "list at least one, for example platform" }];
    }
    return [
        ...audiences
            .filter((audience) => !/^\S+$/.test(audience))
            .map((audience) => ({
                where,
                what: audience === "" ? "has an empty audience" : `"${audience}" has a space in it`,
                fix: "write the text that stands in the tokens' aud",
            })),
        ...repetitions(where, audiences),
    ];
};
