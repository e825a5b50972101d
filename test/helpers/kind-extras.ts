import type { V1Pod } from "@kubernetes/client-node";
import { isReady } from "./kind-pods";
import { PROGRAM, programPod } from "./kind-program";
import type { KindStack } from "./kind-stack";
import { eventually } from "./kind-wait";
import { strangersNamespaces, type Extra } from "./kind-world";
import { FOREIGN } from "./reachability-world";
import type { Role } from "./reachability-world";

/** Begins the names of all pods that the tests of reachability make. */
const PREFIX = "kind-test-reach";

/** Pods beside the stack's own: two of each application, one that is nobody's in every namespace. */
export class Extras {
    private readonly made: { readonly namespace: string; readonly name: string; readonly role: Role }[] = [];
    private foreign = false;

    public constructor(private readonly stack: KindStack) {}

    /** Makes them and waits until they are ready. */
    public async make(): Promise<readonly Extra[]> {
        const { stack } = this;
        await stack.api.core.createNamespace({ body: { metadata: { name: FOREIGN } } });
        this.foreign = true;
        await eventually("the namespace's ServiceAccount", () =>
            stack.api.core.readNamespacedServiceAccount({ namespace: FOREIGN, name: "default" }),
        );
        const applications = stack.config.applicationNamespaces.flatMap((namespace) =>
            ["shop", "cart"].map((name) => ({
                namespace,
                name: `${PREFIX}-${namespace}-${name}`,
                role: { kind: "application" } as const,
            })),
        );
        const strangers = strangersNamespaces(stack, FOREIGN).map((namespace) => ({
            namespace,
            name: `${PREFIX}-stranger`,
            role: { kind: "stranger" } as const,
        }));
        for (const one of [...applications, ...strangers]) {
            const body = programPod(stack, { name: one.name, labels: { "app.kubernetes.io/name": one.name } });
            await stack.api.core.createNamespacedPod({ namespace: one.namespace, body });
            this.made.push(one);
        }
        return Promise.all(
            this.made.map(async ({ namespace, name, role }) => ({
                pod: await this.ready(namespace, name),
                role,
                ports: [PROGRAM.port],
            })),
        );
    }

    /** Removes what was made, without waiting. */
    public async remove(): Promise<void> {
        const { core } = this.stack.api;
        await Promise.all(this.made.map(({ namespace, name }) => core.deleteNamespacedPod({ namespace, name })));
        if (this.foreign) await core.deleteNamespace({ name: FOREIGN });
    }

    private ready(namespace: string, name: string): Promise<V1Pod> {
        return eventually(`pod ${namespace}/${name}`, async () => {
            const pod = await this.stack.api.core.readNamespacedPod({ namespace, name });
            return isReady(pod) ? pod : undefined;
        });
    }
}
