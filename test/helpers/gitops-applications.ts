import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { APPLICATIONS } from "../../components/gitops/applications";
import { NAMESPACE } from "../../components/gitops/identities";
import type { ArgoCdProcesses } from "./argocd-processes";
import type { GitopsCluster } from "./gitops-cluster";

/** What an Application says of itself. */
export interface ApplicationStatus {
    readonly sync: string;
    readonly health: string;
    /** Commit that was compared last. */
    readonly revision: string;
    /** Everything that it says, errors above all. */
    readonly text: string;
}

/** Looks at Applications, and waits for what becomes of them. */
export class Applications {
    public constructor(
        private readonly cluster: GitopsCluster,
        private readonly programs: ArgoCdProcesses,
    ) {}

    /** The Applications that there are, by name. */
    public names(): readonly string[] {
        const names = this.cluster.succeed(["-n", NAMESPACE, "get", "applications", "-o", "name"]);
        return names === "" ? [] : names.split("\n").map((name) => name.replace(/^.*\//, ""));
    }

    public status(name: string): ApplicationStatus | undefined {
        const { status, stdout } = this.cluster.kubectl(["-n", NAMESPACE, "get", "application", name, "-o", "json"]);
        if (status !== 0) return undefined;
        const { status: found = {} } = JSON.parse(stdout) as {
            readonly status?: {
                readonly sync?: { readonly status?: string; readonly revision?: string };
                readonly health?: { readonly status?: string };
                readonly conditions?: unknown;
                readonly operationState?: unknown;
            };
        };
        return {
            sync: found.sync?.status ?? "",
            health: found.health?.status ?? "",
            revision: found.sync?.revision ?? "",
            text: JSON.stringify([found.conditions, found.operationState]),
        };
    }

    /** Has the ApplicationSet look for folders now; it would within a minute. */
    public look(): void {
        const annotation = "argocd.argoproj.io/application-set-refresh=true";
        this.cluster.succeed(["-n", NAMESPACE, "annotate", "--overwrite", "applicationset", APPLICATIONS, annotation]);
    }

    /** Ends a sync that is tried again and again, as `argocd app terminate-op` does: an Application is not gone before. */
    public endSync(name: string): void {
        const phase = this.cluster.succeed([
            ...["-n", NAMESPACE, "get", "application", name],
            ...["-o", "jsonpath={.status.operationState.phase}"],
        ]);
        if (phase !== "Running") return;
        const ended = JSON.stringify({ status: { operationState: { phase: "Terminating" } } });
        this.cluster.succeed(["-n", NAMESPACE, "patch", "application", name, "--type=merge", "-p", ended]);
    }

    /** Waits until an Application is what a commit says, and well. */
    public async synced(name: string, commit: string): Promise<void> {
        await this.until(`${name} follows ${commit.slice(0, 8)}`, () => {
            const status = this.status(name);
            return status?.sync === "Synced" && status.health === "Healthy" && status.revision === commit;
        });
    }

    /** Waits until an Application says something. */
    public async says(name: string, message: RegExp): Promise<void> {
        await this.until(`${name} says ${String(message)}`, () => message.test(this.status(name)?.text ?? ""));
    }

    /** Waits for something, at most a minute and a half. */
    public async until(what: string, condition: () => boolean): Promise<void> {
        const end = Date.now() + 90_000;
        while (!condition()) {
            this.programs.checkAlive();
            if (Date.now() > end) {
                const found = this.names().map((name) => `${name}: ${JSON.stringify(this.status(name))}`);
                const log = this.programs.log("argocd-application-controller", 2000);
                assert.fail(`${what}: it did not come to pass\n${found.join("\n")}\n${log}`);
            }
            await sleep(300);
        }
    }
}
