import { GIT_SERVER } from "../../components/config/delivery";
import { NAMESPACE } from "../../components/gitops/identities";
import { branchOf, SERVED_PATH } from "../../components/gitops/git-server-manifests";
import { UserError } from "../../components/config/problems";
import type { Environment } from "../lib/process";
import type { Checkout } from "./checkout";

/** How to reach the git server of a stack. */
export interface GitServerAddress {
    /** The stack, for what is told. */
    readonly stack: string;
    /** Variables of kubectl and git, with KUBECONFIG. */
    readonly env: Environment;
    /** `hearth:gitops.revision`: the branch that Argo CD follows. */
    readonly revision: string;
}

/**
 * How git reaches the repository: through the API server, as whoever has the cluster's kubeconfig. So there is no port
 * and no password to it, and nothing but `kubectl exec` can write there.
 */
const REMOTE = `ext::kubectl -n ${NAMESPACE} exec -i deployment/${GIT_SERVER} -c ${GIT_SERVER} -- %S ${SERVED_PATH}`;

/**
 * Brings a commit to the git server, as the branch that Argo CD follows; what was there before is replaced, since the
 * checkout is the truth.
 * @throws UserError when it cannot be reached
 */
export async function pushTo(
    checkout: Checkout,
    commit: string,
    { stack, env, revision }: GitServerAddress,
): Promise<void> {
    const target = `refs/heads/${branchOf(revision)}`;
    try {
        await checkout.gitWith(
            env,
            ...["-c", "protocol.ext.allow=always", "push", "--quiet", "--force", "--no-verify"],
            ...[REMOTE, `${commit}:${target}`],
        );
    } catch (error) {
        if (!(error instanceof UserError)) throw error;
        throw new UserError("the checkout did not reach the git server", [
            ...error.problems.map(({ where, what }) => ({
                where,
                what,
                fix: `look whether it runs: kubectl -n ${NAMESPACE} get pods; make up STACK=${stack} makes it`,
            })),
        ]);
    }
}
