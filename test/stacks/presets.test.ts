import assert from "node:assert/strict";
import { knownStacks } from "../../tools/stack/stack-file";
import { BARE, EQUIPPED, presetConfig } from "../helpers/platform";

describe("the committed stack files", () => {
    it("are the three modes", () => {
        assert.deepEqual(knownStacks("."), ["cilium", "dev-fast", "full"]);
    });

    it("make dev-fast valid with and without a container engine", () => {
        assert.equal(presetConfig("dev-fast", { environment: BARE }).cluster.provider, "kwok");
        assert.equal(presetConfig("dev-fast", { environment: EQUIPPED }).cluster.provider, "kind");
    });

    for (const [stack, workers] of [
        ["cilium", 1],
        ["full", 2],
    ] as const) {
        it(`make ${stack} valid with and without a container engine, in the mode of its name`, () => {
            const simulated = presetConfig(stack, { environment: BARE });
            assert.deepEqual([simulated.mode, simulated.cluster.provider], [stack, "kwok"]);
            const { mode, cluster } = presetConfig(stack, { environment: EQUIPPED });
            assert.equal(mode, stack);
            assert.ok(cluster.provider === "kind");
            assert.deepEqual([cluster.cni, cluster.workers], ["cilium", workers]);
        });
    }

    it("have the layers of the modes before them, and more", () => {
        const [fast, cilium, full] = ["dev-fast", "cilium", "full"].map((stack) => presetConfig(stack).layers);
        assert.deepEqual(cilium, ["cilium", ...(fast ?? []), "hubble-ui"]);
        assert.deepEqual(full, [...(cilium ?? []), "istio", "argocd", "git-server"]);
    });

    it("open the ports that the design gives them", () => {
        const ports = (stack: string): readonly number[] => presetConfig(stack).ports.map(({ hostPort }) => hostPort);
        assert.deepEqual(ports("dev-fast"), [30081, 30090, 30093, 30300]);
        assert.deepEqual(ports("cilium"), [30081, 30090, 30093, 30300, 31235]);
        assert.deepEqual(ports("full"), [30081, 30090, 30093, 30300, 31235, 30080, 30443]);
    });
});
