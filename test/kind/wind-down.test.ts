import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { statePath } from "../../tools/stack/own-stack-file";
import { kindStack, STACK } from "../helpers/kind-stack";
import { minutes } from "../helpers/kind-wait";

describe("a stack that is taken down", function () {
    this.timeout(minutes(10));
    const stack = kindStack();

    before(async function () {
        await stack.ready(this);
    });

    it("leaves no container, no volume, no record, no state and no listener", async () => {
        const filter = `label=io.x-k8s.kind.cluster=${stack.clusterName}`;
        const nodes = stack.engine("ps", "--all", "--quiet", "--filter", filter).split("\n");
        const mounts = JSON.parse(stack.engine("inspect", "--format", "{{json .Mounts}}", nodes[0] ?? "")) as readonly {
            readonly Type: string;
            readonly Name?: string;
        }[];
        const volumes = mounts.flatMap(({ Type, Name }) => (Type === "volume" && Name !== undefined ? [Name] : []));
        const { ports } = stack.config;
        assert.ok(volumes.length > 0);

        const { stdout } = await stack.succeed("down");
        assert.match(stdout, new RegExp(`^stack ${STACK} is gone`, "m"));
        assert.equal(stack.engine("ps", "--all", "--quiet", "--filter", filter), "");
        const left = stack.engine("volume", "ls", "--quiet").split("\n");
        assert.deepEqual(
            volumes.filter((volume) => left.includes(volume)),
            [],
        );
        assert.equal(stack.record, undefined);
        assert.equal(existsSync(stack.clusterDir), false);
        assert.equal(existsSync(statePath(stack.project, STACK)), false);
        for (const { hostPort } of ports) {
            await assert.rejects(fetch(`http://127.0.0.1:${hostPort}/`), String(hostPort));
        }
    });

    it("says so when there is nothing to remove", async () => {
        const { stdout } = await stack.succeed("down");
        assert.match(stdout, /was not up/);
    });
});
