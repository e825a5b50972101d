import type { ClusterIssuer } from "../../components/access/issuer";
import { publicKeys, type PublicKeySet } from "../../components/access/jwks";
import { UserError } from "../../components/config/problems";
import { withTransport, type Transport } from "../readiness/transport";
import { ask, refusal } from "./ask";

const DISCOVERY = "/.well-known/openid-configuration";
const KEYS = "/openid/v1/jwks";

/**
 * The name and the public keys by which an API server signs tokens of ServiceAccounts.
 * @throws UserError when it does not answer or does not tell
 */
export function clusterKeys(kubeconfig: string): Promise<ClusterIssuer & { readonly jwks: PublicKeySet }> {
    return withTransport(kubeconfig, async (transport) => {
        const [discovery, keys] = await Promise.all([read(transport, DISCOVERY), read(transport, KEYS)]);
        return { issuer: issuerOf(discovery), jwks: keysOf(keys) };
    });
}

async function read(transport: Transport, path: string): Promise<unknown> {
    const answer = await ask(transport, path);
    if (answer.status !== 200) throw untold(path, `is refused: ${refusal(answer)}`);
    try {
        return JSON.parse(answer.body) as unknown;
    } catch {
        throw untold(path, "is no JSON");
    }
}

function issuerOf(discovery: unknown): string {
    const issuer = discovery !== null && typeof discovery === "object" && "issuer" in discovery && discovery.issuer;
    if (typeof issuer !== "string" || issuer === "") throw untold(DISCOVERY, "names no issuer");
    return issuer;
}

function keysOf(jwks: unknown): PublicKeySet {
    try {
        return publicKeys(jwks);
    } catch (error) {
        throw untold(KEYS, error instanceof Error ? error.message : String(error));
    }
}

function untold(path: string, what: string): UserError {
    return new UserError("the cluster does not tell its keys", [
        {
            where: path,
            what,
            fix: "use a cluster whose API server serves it (kind and the simulated one do), or set hearth:oidc",
        },
    ]);
}
