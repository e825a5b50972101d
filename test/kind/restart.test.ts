import assert from "node:assert/strict";
import { answers } from "../helpers/kind-pages";
import { isReady, podName } from "../helpers/kind-pods";
import { kindStack } from "../helpers/kind-stack";
import { eventually, minutes } from "../helpers/kind-wait";

describe("a stack whose containers were stopped", function () {
    this.timeout(minutes(15));
    const stack = kindStack();

    before(async function () {
        await stack.ready(this);
    });

    it("is started by up, as the cluster that it was", async () => {
        const before = stack.record;
        const nodes = stack.engine("ps", "--quiet", "--filter", `label=io.x-k8s.kind.cluster=${stack.clusterName}`);
        stack.engine("stop", ...nodes.split("\n"));
        const { stderr, stdout } = await stack.succeed("up");
        assert.match(stderr, /is stopped .*: starting it/);
        assert.doesNotMatch(stdout, /[0-9]+ (created|replaced|deleted)/);
        assert.deepEqual(stack.record, before);
    });

    it("has all of its pods ready and its ports answering again", async () => {
        await eventually(
            "all pods to be ready",
            async () => {
                const { items } = await stack.api.core.listPodForAllNamespaces();
                const left = items.filter((pod) => !isReady(pod)).map(podName);
                if (left.length > 0) throw new Error(`not ready: ${left.join(", ")}`);
                return true;
            },
            minutes(8),
        );
        for (const port of stack.config.ports) await answers(port);
    });
});
