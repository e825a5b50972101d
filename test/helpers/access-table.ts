import type { MeshAnswer } from "./mesh-semantics";

/** Users, roles and paths that the table is about. */
export const ACCESS_SETTINGS = {
    audiences: ["platform"],
    publicPaths: ["/healthz"],
    rolePaths: { "/admin/*": "admin" },
    users: ["alice", "bob"],
    roles: { admin: ["alice"] },
} as const;

/**
 * Tokens of the table: of two users, of whom alice is an admin; of an account of the same cluster that is no user;
 * and wrong ones. The forged one is signed by another key under the issuer's name and the right key's id.
 */
export type TokenName =
    | "none"
    | "alice"
    | "bob"
    | "nobody"
    | "expired"
    | "not yet valid"
    | "forged"
    | "unsigned"
    | "garbage"
    | "of another issuer"
    | "for another audience"
    | "in the query";

/**
 * Who asks: Traefik, a pod of the applications' own namespace, a pod of another of their namespaces, a pod outside of
 * the mesh.
 */
export type Caller = "edge" | "neighbour" | "other application" | "outside the mesh";

export interface AccessRow {
    readonly token: TokenName;
    readonly path: string;
    readonly from: Caller;
    /** The Service, or the pod's own address. */
    readonly by: "service" | "address";
    /** How the waypoint is: as it should be, without a pod that runs, or without its Gateway. */
    readonly waypoint: "running" | "scaled to zero" | "deleted";
    readonly expected: MeshAnswer;
}

const FROM_THE_EDGE = { from: "edge", by: "service", waypoint: "running", path: "/" } as const;

const byToken = (
    answers: Readonly<Record<string, MeshAnswer>>,
    rest: Omit<AccessRow, "token" | "expected">,
): AccessRow[] =>
    Object.entries(answers).map(([token, expected]) => ({ ...rest, token: token as TokenName, expected }));

const ADMIN_PATHS = [
    "/admin",
    "/admin/",
    "/admin/users?page=1",
    "//admin/users",
    "/x/../admin/users",
    "/%61dmin/users",
    "/admin%2fusers",
    "/x%2f..%2fadmin%2fusers",
    "/healthz/../admin/users",
];

const CALLERS: readonly Caller[] = ["edge", "neighbour", "other application", "outside the mesh"];

/** Every way to the applications, right and wrong, and what it leads to. */
export const ACCESS_TABLE: readonly AccessRow[] = [
    ...byToken(
        {
            none: 403,
            alice: 200,
            bob: 200,
            nobody: 403,
            expired: 401,
            "not yet valid": 401,
            forged: 401,
            unsigned: 401,
            garbage: 401,
            "of another issuer": 401,
            "for another audience": 403,
            "in the query": 403,
        },
        FROM_THE_EDGE,
    ),
    // A public path needs no token; a wrong one is a wrong one all the same.
    ...byToken({ none: 200, bob: 200, nobody: 200, expired: 401, forged: 401 }, { ...FROM_THE_EDGE, path: "/healthz" }),
    ...byToken({ none: 200 }, { ...FROM_THE_EDGE, path: "/healthz?verbose=1" }),
    ...byToken({ none: 403 }, { ...FROM_THE_EDGE, path: "/healthz/more" }),
    ...byToken({ none: 403 }, { ...FROM_THE_EDGE, path: "/x/healthz" }),
    // A role's paths, however they are written.
    ...ADMIN_PATHS.flatMap((path) =>
        byToken({ none: 403, bob: 403, nobody: 403, forged: 401, alice: 200 }, { ...FROM_THE_EDGE, path }),
    ),
    ...byToken({ bob: 200 }, { ...FROM_THE_EDGE, path: "/administrators" }),
    // Applications call each other by the same rules.
    ...(["neighbour", "other application"] as const).flatMap((from) =>
        byToken({ none: 403, alice: 200, forged: 401 }, { ...FROM_THE_EDGE, from }),
    ),
    // Past the waypoint, with the best of tokens.
    ...CALLERS.flatMap((from) =>
        byToken({ none: "refused", alice: "refused" }, { ...FROM_THE_EDGE, from, by: "address" }),
    ),
    ...(["/", "/healthz"] as const).flatMap((path) =>
        byToken({ none: "refused", alice: "refused" }, { ...FROM_THE_EDGE, from: "outside the mesh", path }),
    ),
    // Without a waypoint nothing is open.
    ...(["scaled to zero", "deleted"] as const).flatMap((waypoint) =>
        CALLERS.flatMap((from) =>
            (["service", "address"] as const).flatMap((by) =>
                byToken({ none: "refused", alice: "refused" }, { ...FROM_THE_EDGE, waypoint, from, by }),
            ),
        ),
    ),
];

/** `alice to /admin from edge, by service` */
export function rowTitle({ token, path, from, by, waypoint, expected }: AccessRow): string {
    const how = waypoint === "running" ? `by ${by}` : `by ${by}, waypoint ${waypoint}`;
    return `${token === "none" ? "no token" : `token ${token}`} to ${path} from ${from}, ${how}: ${expected}`;
}
