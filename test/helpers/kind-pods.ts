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
 * A namespace of an application's, at Pod Security level `restricted`, with pods that run a shell script and end.
 * Their image is PostgreSQL's, which is on the nodes already and has a shell and a client.
 */
export class TestNamespace {
    private made = false;

    public constructor(
        private readonly stack: KindStack,
        public readonly name: string,
    ) {}

    public async make(): Promise<void> {
        const labels = { "pod-security.kubernetes.io/enforce": "restricted" };
        await this.stack.api.core.createNamespace({ body: { metadata: { name: this.name, labels } } });
        this.made = true;
        // A pod that comes before its namespace's default account is refused.
        await eventually("the namespace's ServiceAccount", () =>
            this.stack.api.core.readNamespacedServiceAccount({ namespace: this.name, name: "default" }),
        );
    }

    /** Removes it with all that is in it, without waiting; does nothing where it was not made. */
    public async remove(): Promise<void> {
        if (this.made) await this.stack.api.core.deleteNamespace({ name: this.name });
    }

    /** A Secret for the scripts' variables. */
    public async secret(name: string, stringData: Record<string, string>): Promise<void> {
        await this.stack.api.core.createNamespacedSecret({
            namespace: this.name,
            body: { metadata: { name }, stringData },
        });
    }

    /** Runs a script of bash in a pod until it ends. */
    public async run(name: string, script: string, env: readonly V1EnvVar[] = []): Promise<PodEnd> {
        const { core } = this.stack.api;
        await core.createNamespacedPod({ namespace: this.name, body: this.pod(name, script, env) });
        const exitCode = await eventually(`the end of pod ${name}`, async () => {
            const { status } = await core.readNamespacedPod({ namespace: this.name, name });
            const state = status?.containerStatuses?.[0]?.state;
            if (state?.waiting?.message !== undefined) throw new Error(state.waiting.message);
            return state?.terminated?.exitCode;
        });
        return { exitCode, log: await core.readNamespacedPodLog({ namespace: this.name, name }) };
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
