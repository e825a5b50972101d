import { suggestion } from "../../components/config/parse";
import type { Settings } from "../../components/config/defaults";
import { UserError } from "../../components/config/problems";
import { UsageError } from "../lib/command";
import { DEFAULT_LIFETIME, lifetimeSeconds } from "./lifetime";
import type { TokenRequest } from "./token";

type TokenSettings = Pick<Settings, "audiences" | "layers" | "oidc" | "users">;

export interface TokenOptions {
    readonly user?: string | undefined;
    readonly ttl?: string | undefined;
}

/**
 * What to ask the cluster of a stack for.
 * @throws UserError when the stack has no tokens of the cluster's, UsageError when there is no such user or lifetime
 */
export function tokenRequest(
    stack: string,
    settings: TokenSettings,
    { user, ttl = DEFAULT_LIFETIME }: TokenOptions,
): TokenRequest {
    const { layers, oidc, audiences, users } = settings;
    if (!layers.includes("istio")) {
        const what = "has no mesh, and nothing in it looks at tokens";
        throw none({ where: `stack ${stack}`, what, fix: "name a stack with layer istio, for example STACK=full" });
    }
    if (oidc.issuer !== "") {
        const what = `the applications trust ${oidc.issuer} alone, for which Hearth cannot sign`;
        throw none({ where: "hearth:oidc.issuer", what, fix: "get the token there, or remove hearth:oidc" });
    }
    const [audience] = audiences;
    if (audience === undefined) {
        throw none({ where: "hearth:audiences", what: "is empty", fix: "list at least one, for example platform" });
    }
    const seconds = lifetimeSeconds(ttl);
    const problems = [...userProblems(user, users), ...(typeof seconds === "number" ? [] : [seconds])];
    if (user === undefined || typeof seconds !== "number" || problems.length > 0) {
        throw new UsageError("there is no token", problems);
    }
    return { user, audience, seconds };
}

function userProblems(user: string | undefined, users: readonly string[]): UserError["problems"] {
    if (user !== undefined && users.includes(user)) return [];
    const where = "--user";
    if (users.length === 0) return [{ where, what: "the stack has no users", fix: "list some in hearth:users" }];
    const list = `the stack's users are ${users.join(", ")}`;
    if (user === undefined) return [{ where, what: `is not given; ${list}`, fix: `make token USER=${users[0]}` }];
    return [{ where, what: `"${user}" is nobody here; ${list}`, fix: suggestion(user, users) }];
}

function none(problem: UserError["problems"][number]): UserError {
    return new UserError("there is no token", [problem]);
}
