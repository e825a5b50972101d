import { APPLICATIONS } from "../../components/gitops/applications";
import { NAMESPACE } from "../../components/gitops/identities";
import { UserError } from "../../components/config/problems";
import { capture, type Environment } from "../lib/process";
import { readSnapshot, REFRESH, SET_REFRESH, type Snapshot } from "./snapshot";

/** Milliseconds until the API server must have answered. */
const ANSWER_WITHIN = 30_000;

/** Argo CD of a stack, by what it keeps in the cluster: it needs no login, and no port. */
export class ArgoCdClient {
    /** @param env variables of kubectl, with KUBECONFIG */
    public constructor(private readonly env: Environment) {}

    /** Has it look at the repository now, for folders and for each application; it would within a minute. */
    public async refresh(): Promise<void> {
        await this.kubectl("annotate", "--overwrite", "applicationset", APPLICATIONS, `${SET_REFRESH}=true`);
        await this.kubectl("annotate", "--overwrite", "applications", "--all", `${REFRESH}=normal`);
    }

    /** What it says of the applications now. */
    public async look(): Promise<Snapshot> {
        const list = await this.kubectl("get", "applicationsets,applications", "-o", "json");
        return readSnapshot(JSON.parse(list));
    }

    private async kubectl(...args: readonly string[]): Promise<string> {
        const { status, stdout, stderr } = await capture("kubectl", ["-n", NAMESPACE, ...args], {
            env: this.env,
            timeout: ANSWER_WITHIN,
        });
        if (status === 0) return stdout;
        throw new UserError("Argo CD cannot be asked", [
            {
                where: `kubectl ${args[0] ?? ""}`,
                what: stderr.trim() === "" ? `ended with status ${status}` : stderr.trim(),
                fix: "look whether the stack is up and has layer argocd",
            },
        ]);
    }
}
