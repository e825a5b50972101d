import assert from "node:assert/strict";
import { UserError } from "../../components/config/problems";
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

    for (const [stack, missing] of [
        ["cilium", ["cilium", "hubble-ui"]],
        ["full", ["cilium", "hubble-ui", "istio", "argocd"]],
    ] as const) {
        it(`name what ${stack} needs and this version lacks, instead of leaving it out in silence`, () => {
            assert.throws(
                () => presetConfig(stack, { environment: EQUIPPED }),
                (error) => {
                    assert.ok(error instanceof UserError);
                    for (const name of missing) assert.ok(error.message.includes(name), name);
                    return true;
                },
            );
        });
    }
});
