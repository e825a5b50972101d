import type { SettingSpec } from "./setting-spec";

/** Settings of the applications: where they run, who may call them, where they come from. */
export const APPLICATION_SETTINGS = {
    applicationNamespaces: {
        type: "array",
        default: ["apps"],
        description: "Namespaces of the applications; in full each has a waypoint that checks tokens.",
    },
    users: {
        type: "array",
        default: ["alice"],
        description: "Users that `make token` makes tokens for: ServiceAccounts of namespace `users` (full).",
    },
    roles: {
        type: "object",
        mapOf: "list",
        description: "Role → the users that have it, where the cluster is the issuer.",
    },
    rolePaths: {
        type: "object",
        mapOf: "string",
        description: "Path (`/admin/*`) → the role without which requests for it are denied.",
    },
    publicPaths: {
        type: "array",
        default: ["/healthz"],
        description: "Paths of the applications that need no token; `*` at one end stands for anything.",
    },
    audiences: {
        type: "array",
        default: ["platform"],
        description: "Audiences of which a token must name one.",
    },
    oidc: {
        type: "object",
        description: "Issuer of the applications' tokens instead of the cluster itself.",
        fields: {
            issuer: { type: "string", default: "", description: "The tokens' `iss`; empty is the cluster itself." },
            jwks: { type: "string", default: "", description: "Its public keys, a JSON Web Key Set." },
            jwksUrl: { type: "string", default: "", description: "Where istiod fetches them, if `jwks` is empty." },
            rolesClaim: {
                type: "string",
                default: "roles",
                description: "The claim that lists a user's roles; `a.b` is `b` inside `a`, a URL is one name.",
            },
        },
    },
    gitops: {
        type: "object",
        description: "Where the applications come from.",
        fields: {
            repository: {
                type: "string",
                default: "",
                description:
                    "URL of the git repository; without one Argo CD delivers this checkout, which `make push` brings to a git server in the cluster.",
            },
            revision: { type: "string", default: "main", description: "Branch, tag or commit." },
            path: {
                type: "string",
                default: "",
                description:
                    "Folders that are an application each, in the repository or, where Pulumi applies them, in the checkout; `*` stands for any name. Empty is the rendered tree of the stack's mode: `manifests/<mode>/*`.",
            },
        },
    },
    demo: {
        type: "boolean",
        default: false,
        description:
            "Deliver the demo application as well: two small services with a route, a database, traces, exemplars and logs, which show what the platform does.",
    },
} as const satisfies Readonly<Record<string, SettingSpec>>;
