import assert from "node:assert/strict";
import { blueprintOf, type BlueprintSettings } from "../../../components/cluster/blueprint";
import type { ProbeResult } from "../../../components/cluster/probe";
import type { ClusterRecord } from "../../../components/cluster/record";
import { UserError } from "../../../components/config/problems";
import type { ClusterConfig } from "../../../components/config/schema";
import {
    checkReplacement,
    clusterAtStake,
    plannedReplacement,
    replacementNotice,
    type Replacement,
} from "../../../tools/stack/replacement";
import type { Deployment, StateResource } from "../../../tools/state/deployment";
import { kindClusterConfig } from "../../helpers/kind-config";

const CHECKOUT = "/here/hearth";

const KIND = kindClusterConfig({ name: "hearth-full", workers: 1, cni: "cilium" });

function settings(cluster: ClusterConfig = KIND): BlueprintSettings {
    return { stack: "full", cluster, cilium: { kubeProxyReplacement: false, l7Proxy: true }, ports: [] };
}

function resource(type: string, name: string, inputs?: StateResource["inputs"]): StateResource {
    return { urn: `urn:pulumi:full::hearth::${type}::${name}`, type, ...(inputs === undefined ? {} : { inputs }) };
}

/** The state after the settings were made, with components of these types. */
function stateOf(made: BlueprintSettings, ...types: readonly string[]): Deployment {
    const { environment, stdin } = blueprintOf(made) ?? {};
    const identity = resource("command:local:Command", "cluster-identity", { environment, stdin });
    return { version: 3, deployment: { resources: [identity, ...types.map((type) => resource(type, type))] } };
}

function recordOf(made: BlueprintSettings, changes: Partial<ClusterRecord> = {}): ClusterRecord {
    return {
        name: made.cluster.name,
        provider: made.cluster.provider === "kwok" ? "kwok" : "kind",
        stack: "full",
        checkout: CHECKOUT,
        identity: "uid",
        configHash: blueprintOf(made)?.configHash ?? "",
        ports: [],
        createdAt: "",
        engine: "docker",
        ...changes,
    };
}

interface Case {
    readonly made?: BlueprintSettings;
    readonly wanted?: BlueprintSettings;
    readonly state?: Deployment | undefined;
    readonly is?: Exclude<ProbeResult["state"], "absent">;
    readonly record?: Partial<ClusterRecord>;
}

function planned({ made = settings(), wanted = settings(), is = "alive", record, ...rest }: Case = {}) {
    const probe: ProbeResult = { state: is, record: recordOf(made, record), why: "so it is" };
    const state = "state" in rest ? rest.state : stateOf(made);
    return plannedReplacement({ settings: wanted, state, probe, checkout: CHECKOUT });
}

function certain(found: Replacement | undefined): Replacement {
    assert.ok(found !== undefined);
    return found;
}

const TWO_WORKERS = settings({ ...KIND, workers: 2 });

describe("a cluster with data", () => {
    it("goes when workers change", () => {
        const { cluster, reasons, moved, provider } = certain(planned({ wanted: TWO_WORKERS }));
        assert.deepEqual(
            { cluster, reasons, moved, provider },
            {
                cluster: "hearth-full",
                reasons: ["workers 1 → 2"],
                moved: false,
                provider: "kind",
            },
        );
    });

    it("goes also when it is stopped", () => {
        assert.deepEqual(planned({ wanted: TWO_WORKERS, is: "stopped" }), planned({ wanted: TWO_WORKERS }));
    });

    it("stays while the settings do", () => assert.equal(planned(), undefined));

    it("is none when it never was", () => {
        const facts = { settings: TWO_WORKERS, state: undefined, checkout: CHECKOUT };
        assert.equal(plannedReplacement({ ...facts, probe: { state: "absent" } }), undefined);
    });

    it("is left to the scripts' refusal when it is another checkout's", () => {
        assert.equal(planned({ wanted: TWO_WORKERS, record: { checkout: "/there" } }), undefined);
    });

    it("goes also where the state does not know it", () => {
        assert.deepEqual(certain(planned({ wanted: TWO_WORKERS, state: undefined })).reasons, ["other settings"]);
    });

    it("is the one that the state names, when the settings have another name", () => {
        const wanted = settings({ ...KIND, name: "mine" });
        assert.equal(clusterAtStake(stateOf(settings()), "mine"), "hearth-full");
        assert.equal(clusterAtStake(undefined, "mine"), "mine");
        const { cluster, reasons } = certain(planned({ wanted }));
        assert.deepEqual([cluster, reasons], ["hearth-full", ["name hearth-full → mine"]]);
    });

    it("is in the way of a stack that moves to somebody else's cluster", () => {
        const wanted = settings({ provider: "existing", name: "x", context: "x", serviceType: "ClusterIP" });
        const { reasons, moved } = certain(planned({ wanted }));
        assert.deepEqual([reasons, moved], [["hearth:cluster is existing now"], true]);
        assert.equal(planned({ wanted, state: undefined }), undefined);
    });
});

describe("what goes with it", () => {
    it("is told in words, as far as the state knows", () => {
        const types = ["hearth:database:PostgreSql", "hearth:edge:Traefik", "hearth:storage:Garage"];
        const { data } = certain(planned({ wanted: TWO_WORKERS, state: stateOf(settings(), ...types) }));
        assert.deepEqual(data, [
            "Garage's objects, among them Loki's logs and Tempo's traces",
            "PostgreSQL's databases",
            "everything else that was put there",
        ]);
        const bare = certain(planned({ wanted: TWO_WORKERS }));
        assert.deepEqual(bare.data, ["everything that was put there"]);
    });

    it("is said before it goes, with the reason and what stays", () => {
        const notice = replacementNotice(certain(planned({ wanted: TWO_WORKERS })));
        assert.match(
            notice,
            /hearth-full .*\(workers 1 → 2\).* goes: everything that was put there\. Passwords .* stay$/,
        );
    });
});

describe("whether it may go", () => {
    const problem = (replacement: Replacement, confirmed: boolean): string => {
        try {
            checkReplacement(replacement, confirmed);
            return "";
        } catch (error) {
            assert.ok(error instanceof UserError);
            return error.message;
        }
    };

    it("is the user's to say, and the message tells how", () => {
        const message = problem(certain(planned({ wanted: TWO_WORKERS })), false);
        assert.match(message, /stack full would lose its data/);
        assert.match(message, /workers 1 → 2/);
        assert.match(message, /make up STACK=full ARGS=--replace-cluster/);
        assert.equal(problem(certain(planned({ wanted: TWO_WORKERS })), true), "");
    });

    it("is not enough where the stack moves to somebody else's cluster: that needs a clean state", () => {
        const wanted = settings({ provider: "existing", name: "x", context: "x", serviceType: "ClusterIP" });
        assert.match(problem(certain(planned({ wanted })), true), /make down STACK=full.* then make up STACK=full/);
    });

    it("is no question where somebody has removed it already; what is left of it goes without a word", () => {
        const replacement = certain(planned({ wanted: TWO_WORKERS, is: "gone" }));
        assert.equal(replacement.is, "gone");
        assert.equal(problem(replacement, false), "");
        assert.equal(certain(planned({ wanted: TWO_WORKERS, is: "stopped" })).is, "there");
    });

    it("is nobody's to say where a stranger's answers under its name", () => {
        const message = problem(certain(planned({ wanted: TWO_WORKERS, is: "other" })), true);
        assert.match(message, /is not the one that Hearth made[^]*hearth:clusterName/);
        assert.equal(planned({ is: "other" }), undefined);
    });

    it("is no question where its nodes are simulated, and is told all the same", () => {
        const kwok = (workers: number): BlueprintSettings =>
            settings({ provider: "kwok", name: "hearth-full", cni: "cilium", workers });
        const replacement = certain(planned({ made: kwok(1), wanted: kwok(2) }));
        assert.equal(problem(replacement, false), "");
        assert.match(replacementNotice(replacement), /workers 1 → 2.*no data/);
    });
});
