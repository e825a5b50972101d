import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "../../components/config/problems";
import type { BootstrapInput } from "../../components/storage/bootstrap-input";
import { bootstrapPlan, type BootstrapStep, type DesiredStorage } from "../../components/storage/bootstrap-plan";
import { AdminApi } from "./admin-api";
import { Kubectl, type Forward } from "./kubectl";
import { Patience, podState, type Pod } from "./pod-state";

const NAMESPACE = "storage";
const POD_SELECTOR = "app.kubernetes.io/name=garage";
const ADMIN_PORT = 3903;
const LOOK_EVERY_MS = 1000;
/** A connection may break while the pod is replaced; each attempt starts from what is there by then. */
const ATTEMPTS = 5;

/** Where the bootstrap tells what it does. */
export type Say = (line: string) => void;

/**
 * Waits for Garage and brings its keys and buckets into the desired state.
 * @throws UserError when the server cannot start or cannot have the keys
 */
export async function bootstrap(input: BootstrapInput, say: Say): Promise<void> {
    await Kubectl.with(input.kubeconfig, async (kubectl) => {
        for (let attempt = 1; ; attempt++) {
            try {
                const pod = await waitForPod(kubectl, say);
                return await throughForward(kubectl, pod, (address) =>
                    converge(new AdminApi(address, input.adminToken), input.desired, say),
                );
            } catch (error) {
                if (error instanceof UserError || attempt === ATTEMPTS) throw error;
                say(`trying again: ${error instanceof Error ? error.message : String(error)}`);
                await sleep(LOOK_EVERY_MS);
            }
        }
    });
}

async function waitForPod(kubectl: Kubectl, say: Say): Promise<string> {
    const patience = new Patience(performance.now());
    let said = "";
    for (;;) {
        const { items } = await kubectl.json<{ items: readonly Pod[] }>([
            "-n",
            NAMESPACE,
            "get",
            "pods",
            "-l",
            POD_SELECTOR,
        ]);
        const state = podState(items);
        if (state.ready !== undefined) return state.ready;
        if (state.status !== said) say(`waiting for Garage (${state.status})`);
        said = state.status;
        const problem = patience.observe(state, performance.now());
        if (problem !== undefined) throw new UserError("Garage does not start", [problem]);
        await sleep(LOOK_EVERY_MS);
    }
}

async function throughForward(kubectl: Kubectl, pod: string, use: (address: string) => Promise<void>): Promise<void> {
    const forward: Forward = await kubectl.forward(NAMESPACE, `pod/${pod}`, ADMIN_PORT);
    try {
        await use(`http://127.0.0.1:${forward.port}`);
    } finally {
        forward.close();
    }
}

/**
 * Applies the plan, then plans again: what is still to do after that is an error, not a reason to go on.
 * @throws UserError when Garage cannot have the keys
 */
export async function converge(api: AdminApi, desired: DesiredStorage, say: Say): Promise<void> {
    const steps = await planned(api, desired, async (step, ids) => {
        await api.apply(step, ids);
        say(describe(step, ids));
    });
    const left = steps === 0 ? 0 : await planned(api, desired, async () => undefined);
    if (left > 0) throw new Error(`Garage did not keep ${left} of ${steps} changes`);
    say(steps === 0 ? "Garage's keys and buckets are as they should be" : `Garage: ${steps} changes made`);
}

async function planned(
    api: AdminApi,
    desired: DesiredStorage,
    act: (step: BootstrapStep, ids: Map<string, string>) => Promise<void>,
): Promise<number> {
    const current = await api.read(desired);
    const { steps, problems } = bootstrapPlan(current, desired);
    if (problems.length > 0) throw new UserError("Garage cannot have the keys it should", problems);
    const ids = new Map(current.buckets.flatMap(({ id, aliases }) => aliases.map((alias) => [alias, id] as const)));
    for (const step of steps) await act(step, ids);
    return steps.length;
}

/** One line about a step; buckets go by their names, ids of keys are shown, secrets are not. */
function describe(step: BootstrapStep, ids: ReadonlyMap<string, string>): string {
    const nameOf = (bucket: string): string => [...ids].find(([, id]) => id === bucket)?.[0] ?? bucket;
    switch (step.kind) {
        case "importKey":
            return `key ${step.name}: imported`;
        case "forbidBuckets":
            return `key ${step.id}: may not create buckets any more`;
        case "createBucket":
            return `bucket ${step.alias}: created`;
        case "allow":
            return `bucket ${nameOf(step.bucket)}: open to key ${step.id}`;
        case "deny":
            return `bucket ${nameOf(step.bucket)}: closed to key ${step.id}`;
        case "setQuota":
            return `bucket ${nameOf(step.bucket)}: at most ${step.maxSize} bytes`;
    }
}
