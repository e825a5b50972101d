import type { V1EnvVar, V1Pod } from "@kubernetes/client-node";
import { formatImage, resolveImage } from "../../components/config/images";
import { RESTRICTED_CONTAINER, restrictedPod } from "../../components/core/security";
import type { KindStack } from "./kind-stack";
import { eventually } from "./kind-wait";

/** User `postgres` of the image. */
const USER = 999;

export const CONTAINER = "script";

/** How a pod ended. */
export interface PodEnd {
    readonly exitCode: number;
    readonly log: string;
}

/**
 * Pods of an application, in the first of the applications' namespaces, that run a shell script and end. Their image is
 * PostgreSQL's, which is on the nodes already and has a shell and a client.
 */
export class TestPods {
    private readonly pods: string[] = [];
    private readonly secrets: string[] = [];

    /** @param name begins the names of all that is made */
    public constructor(
        private readonly stack: KindStack,
        private readonly name: string,
    ) {}

    /** Once the stack is up. */
    public get namespace(): string {
        return this.stack.config.applicationNamespaces[0] ?? "";
    }

    /** Removes all that was made, without waiting. */
    public async remove(): Promise<void> {
        const [{ core }, namespace] = [this.stack.api, this.namespace];
        await Promise.all([
            ...this.pods.map((name) => core.deleteNamespacedPod({ namespace, name })),
            ...this.secrets.map((name) => core.deleteNamespacedSecret({ namespace, name })),
        ]);
    }

    /** A Secret for the scripts' variables. Its name is `<name of all>-<name>`. */
    public async secret(name: string, stringData: Record<string, string>): Promise<void> {
        const full = `${this.name}-${name}`;
        await this.stack.api.core.createNamespacedSecret({
            namespace: this.namespace,
            body: { metadata: { name: full }, stringData },
        });
        this.secrets.push(full);
    }

    /** Runs a script of bash in a pod until it ends. The pod's name is `<name of all>-<name>`. */
    public async run(name: string, script: string, env: readonly V1EnvVar[] = []): Promise<PodEnd> {
        const [{ core }, namespace, full] = [this.stack.api, this.namespace, `${this.name}-${name}`];
        await core.createNamespacedPod({ namespace, body: this.pod(full, script, env) });
        this.pods.push(full);
        const exitCode = await eventually(`the end of pod ${full}`, async () => {
            const { status } = await core.readNamespacedPod({ namespace, name: full });
            const state = status?.containerStatuses?.[0]?.state;
            if (state?.waiting?.message !== undefined) throw new Error(state.waiting.message);
            return state?.terminated?.exitCode;
        });
        return { exitCode, log: await core.readNamespacedPodLog({ namespace, name: full }) };
    }

    private pod(name: string, script: string, env: readonly V1EnvVar[]): V1Pod {
        const image = formatImage(resolveImage("postgresql", this.stack.config.images));
        return {
            metadata: { name, labels: { "app.kubernetes.io/name": name } },
            spec: {
                restartPolicy: "Never",
                automountServiceAccountToken: false,
                securityContext: restrictedPod(USER),
                containers: [
                    {
                        name: CONTAINER,
                        image,
                        command: ["bash", "-c", script],
                        env: [...env],
                        securityContext: RESTRICTED_CONTAINER,
                    },
                ],
            },
        };
    }
}

/** `variable(PGPASSWORD, secret, key)`: a variable with a Secret's content. */
export function variable(name: string, secret: string, key: string): V1EnvVar {
    return { name, valueFrom: { secretKeyRef: { name: secret, key } } };
}

/** Whether a pod runs and all of its containers are ready, or it has done its work. */
export function isReady({ status }: V1Pod): boolean {
    if (status?.phase === "Succeeded") return true;
    return status?.conditions?.some(({ type, status: value }) => type === "Ready" && value === "True") === true;
}

/** Restarts of all containers of a pod. */
export function restarts({ status }: V1Pod): number {
    const statuses = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
    return statuses.reduce((sum, { restartCount }) => sum + restartCount, 0);
}

/** `namespace/name` */
export function podName({ metadata }: V1Pod): string {
    return `${metadata?.namespace}/${metadata?.name}`;
}
