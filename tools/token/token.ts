import { UserError } from "../../components/config/problems";
import { namespaceName } from "../../components/config/namespaces";
import { withTransport } from "../readiness/transport";
import { ask, refusal } from "./ask";

export interface TokenRequest {
    readonly user: string;
    readonly audience: string;
    readonly seconds: number;
}

export interface Token {
    readonly token: string;
    /** When it ends, as the API server says: it may make it longer or shorter than asked. */
    readonly expires: string;
}

/**
 * Has the API server make a token for a user.
 * @throws UserError when it does not; no message has a token in it
 */
export function requestToken(kubeconfig: string, { user, audience, seconds }: TokenRequest): Promise<Token> {
    const path = `/api/v1/namespaces/${namespaceName("users")}/serviceaccounts/${encodeURIComponent(user)}/token`;
    const request = {
        apiVersion: "authentication.k8s.io/v1",
        kind: "TokenRequest",
        spec: { audiences: [audience], expirationSeconds: seconds },
    };
    return withTransport(kubeconfig, async (transport) => {
        const answer = await ask(transport, path, JSON.stringify(request));
        if (answer.status === 404) {
            throw refused(user, "is among the settings, and not in the cluster", "run make up, which makes new users");
        }
        if (answer.status !== 201 && answer.status !== 200) {
            throw refused(user, `gets no token: ${refusal(answer)}`, "change what the API server objects to");
        }
        return tokenOf(answer.body, user);
    });
}

function tokenOf(body: string, user: string): Token {
    try {
        const { status } = JSON.parse(body) as { readonly status?: { token?: unknown; expirationTimestamp?: unknown } };
        const { token, expirationTimestamp: expires } = status ?? {};
        if (typeof token === "string" && typeof expires === "string") return { token, expires };
    } catch {
        // Told below without the answer, which may hold the token.
    }
    throw refused(
        user,
        "gets an answer without a token",
        "see whether something stands between you and the API server",
    );
}

function refused(user: string, what: string, fix: string): UserError {
    return new UserError("there is no token", [{ where: `user ${user}`, what, fix }]);
}
