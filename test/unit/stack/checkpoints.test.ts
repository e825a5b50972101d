import assert from "node:assert/strict";
import { checkpointsOf, WITHOUT_CHECKPOINTS } from "../../../tools/stack/checkpoints";
import type { Deployment, StateResource } from "../../../tools/state/deployment";

const PASSWORD: StateResource = {
    urn: "urn:pulumi:dev-fast::hearth::random:index/randomPassword:RandomPassword::p",
    type: "random:index/randomPassword:RandomPassword",
};
const IDENTITY: StateResource = {
    urn: "urn:pulumi:dev-fast::hearth::hearth:cluster:KwokCluster$command:local:Command::cluster-identity",
    type: "command:local:Command",
};

function stateOf(...resources: readonly StateResource[]): Deployment {
    return { version: 3, deployment: { resources } };
}

describe("the checkpoints of an up", () => {
    it("are left out where it makes a simulated cluster, with or without passwords of before", () => {
        for (const state of [undefined, stateOf(), stateOf(PASSWORD)]) {
            assert.equal(checkpointsOf("kwok", state), WITHOUT_CHECKPOINTS);
        }
    });

    it("are written where the simulated cluster is known", () => {
        assert.deepEqual(checkpointsOf("kwok", stateOf(PASSWORD, IDENTITY)), {});
    });

    it("are written on every cluster that may hold data", () => {
        for (const provider of ["kind", "existing"] as const) {
            assert.deepEqual(checkpointsOf(provider, undefined), {});
            assert.deepEqual(checkpointsOf(provider, stateOf(PASSWORD)), {});
        }
    });
});
