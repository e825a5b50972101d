import assert from "node:assert/strict";
import type { V1Pod } from "@kubernetes/client-node";
import { namespacesOf } from "../../components/config/namespaces";
import { urlOf } from "../../components/config/ports";
import { isReady, podName, restarts } from "../helpers/kind-pods";
import { kindStack, STACK } from "../helpers/kind-stack";
import { eventually, minutes } from "../helpers/kind-wait";

/** Pods of the namespaces that Hearth owns. */
async function ownPods(): Promise<readonly V1Pod[]> {
    const { api, config } = kindStack();
    const own = namespacesOf(config.layers).map(({ name }) => name);
    const { items } = await api.core.listPodForAllNamespaces();
    return items.filter(({ metadata }) => own.includes(metadata?.namespace ?? ""));
}

describe("a stack on a real Kind cluster", function () {
    this.timeout(minutes(10));
    const stack = kindStack();

    before(async function () {
        await stack.ready(this);
    });

    it("ends with the table of its addresses, and says of nothing that it is simulated", async () => {
        const { stdout } = await stack.first();
        assert.match(stdout, new RegExp(`^Hearth ${STACK} \\(mode ${stack.config.mode}, kind\\)$`, "m"));
        for (const port of stack.config.ports) assert.match(stdout, new RegExp(`${port.id} +${urlOf(port)}$`, "m"));
        assert.doesNotMatch(stdout, /SIMULATED|STAND-IN/);
    });

    it("tells the same by its outputs, and hides what is secret", async () => {
        const { stdout } = await stack.succeed("outputs");
        const outputs = JSON.parse(stdout) as Readonly<Record<string, unknown>>;
        const urls = Object.fromEntries(stack.config.ports.map((port) => [port.id, urlOf(port)]));
        assert.deepEqual(outputs["urls"], urls);
        assert.equal(outputs["simulated"], false);
        assert.equal(outputs["kubeconfig"], "[secret]");
        assert.equal(outputs["credentials"], "[secret]");
    });

    it("has nodes that are Ready, as many as were asked for", async () => {
        const { items } = await stack.api.core.listNode();
        const { cluster } = stack.config;
        assert.equal(items.length, cluster.provider === "kind" ? cluster.workers + 1 : undefined);
        for (const { metadata, status } of items) {
            const ready = status?.conditions?.find(({ type }) => type === "Ready");
            assert.equal(ready?.status, "True", metadata?.name);
        }
    });

    it("has every pod of its namespaces ready, each in its namespace's Pod Security level", async () => {
        const pods = await ownPods();
        const found = new Set(pods.map(({ metadata }) => metadata?.namespace));
        for (const { id, name } of namespacesOf(stack.config.layers)) {
            // Users have ServiceAccounts there, and a quota of no pods.
            assert.equal(found.has(name), id !== "users", `pods in ${name}`);
        }
        const unready = await eventually("all pods to be ready", async () => {
            const left = (await ownPods()).filter((pod) => !isReady(pod)).map(podName);
            if (left.length > 0) throw new Error(`not ready: ${left.join(", ")}`);
            return left;
        });
        assert.deepEqual(unready, []);
    });

    it("came up without a container that ended on its way", async () => {
        const restarted = (await ownPods()).filter((pod) => restarts(pod) > 0);
        assert.deepEqual(
            restarted.map((pod) => `${podName(pod)}: ${restarts(pod)}`),
            [],
        );
    });

    it("is left alone by a second up, which does not start Pulumi", async () => {
        const { stdout, stderr } = await stack.succeed("up");
        assert.match(stderr, /nothing has changed since the last run/);
        assert.doesNotMatch(stdout, /Updating/);
        assert.match(stdout, new RegExp(`^Hearth ${STACK} `, "m"));
    });

    it("is what its settings say: Pulumi has nothing to change", async () => {
        const { stdout } = await stack.succeed("up", "--force");
        assert.match(stdout, /^Resources:\n +[0-9]+ unchanged$/m);
        assert.doesNotMatch(stdout, /[0-9]+ (created|updated|replaced|deleted)/);
    });
});
