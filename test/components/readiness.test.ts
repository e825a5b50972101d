import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { ConfigMap } from "@pulumi/kubernetes/core/v1/configMap";
import { DEFAULT_LAYERS, type Layer } from "../../components/config/layers";
import type { GateInput } from "../../components/readiness/gate-input";
import { Readiness, type ReadinessArgs } from "../../components/readiness/readiness";
import { Harness } from "../helpers/harness";
import { leaks } from "../helpers/leaks";

const COMMAND = "command:local:Command";
const KUBECONFIG = "kubeconfig-with-a-client-key";

interface Options {
    readonly layers?: readonly Layer[];
    readonly simulated?: boolean;
    readonly preview?: boolean;
    readonly generation?: number;
    readonly expected?: ReadinessArgs["expected"];
}

interface Built {
    readonly harness: Harness;
    readonly raw: ReadonlyMap<string, unknown>;
}

async function build({
    layers = DEFAULT_LAYERS,
    simulated = false,
    preview = false,
    generation = 3,
    expected,
}: Options = {}): Promise<Built> {
    const raw = new Map<string, unknown>();
    const harness = await Harness.start({
        preview,
        outputs: (args) => {
            raw.set(args.name, args.inputs);
            const metadata = { ...(args.inputs["metadata"] as object | undefined), generation };
            return args.type === "kubernetes:core/v1:ConfigMap" && !preview ? { metadata } : {};
        },
    });
    await harness.run(() => {
        const after = ["a", "b"].map((name) => new ConfigMap(name, { metadata: { name } }));
        new Readiness("readiness", {
            config: { layers, applicationNamespaces: [] },
            cluster: { kubeconfig: pulumi.secret(KUBECONFIG), simulated },
            after,
            generations: [...after.map(({ metadata }) => metadata.generation), "fixed"],
            ...(expected === undefined ? {} : { expected }),
        });
    });
    return { harness, raw };
}

const inputOf = (harness: Harness): GateInput => JSON.parse(String(harness.only(COMMAND).inputs["stdin"])) as GateInput;

describe("Readiness", () => {
    it("runs one gate below itself, after everything that makes workloads", async () => {
        const { harness } = await build();
        const gate = harness.only(COMMAND, "readiness-gate");
        assert.equal(gate.parent, harness.only("hearth:readiness:Readiness").urn);
        for (const name of ["a", "b"]) {
            assert.ok(gate.dependencies.includes(harness.only("kubernetes:core/v1:ConfigMap", name).urn));
        }
        assert.equal(gate.inputs["create"], "exec node tools/run.js readiness-gate");
        assert.equal(gate.inputs["delete"], undefined);
    });

    it("gives it the namespaces of the layers that are on, and no others", async () => {
        assert.deepEqual(inputOf((await build()).harness).namespaces, [
            "edge",
            "observability",
            "node-agents",
            "storage",
            "database",
        ]);
        const { harness } = await build({ layers: ["traefik", "postgresql"] });
        assert.deepEqual(inputOf(harness).namespaces, ["edge", "database"]);
        assert.deepEqual(harness.only("hearth:readiness:Readiness").inputs["namespaces"], ["edge", "database"]);
    });

    it("tells it of Deployments that others make, where there is somebody to make them", async () => {
        const expected = [{ namespace: "apps", name: "waypoint", maker: "istiod" }];
        assert.deepEqual(inputOf((await build({ expected })).harness).expected, expected);
        assert.equal("expected" in inputOf((await build({ expected, simulated: true })).harness), false);
        assert.equal("expected" in inputOf((await build()).harness), false);
    });

    it("tells it whether there are kubelets", async () => {
        assert.equal(inputOf((await build({ simulated: true })).harness).simulated, true);
        assert.equal(inputOf((await build({ simulated: false })).harness).simulated, false);
    });

    it("hands over the kubeconfig on standard input, as a secret, and nowhere else", async () => {
        const { harness, raw } = await build();
        assert.equal(inputOf(harness).kubeconfig, KUBECONFIG);
        assert.deepEqual(harness.only(COMMAND).secretInputs, ["stdin"]);
        const found = [...raw].flatMap(([name, inputs]) => leaks(inputs, [KUBECONFIG]).map((path) => name + path));
        assert.deepEqual(found, []);
    });

    it("runs again when a revision or a generation changes, and holds nothing that depends on the checkout", async () => {
        assert.deepEqual((await build()).harness.only(COMMAND).inputs["triggers"], ["3", "3", "fixed"]);
        const { harness } = await build({ generation: 4 });
        assert.deepEqual(harness.only(COMMAND).inputs["triggers"], ["4", "4", "fixed"]);
        assert.ok(!JSON.stringify(harness.only(COMMAND).inputs).includes(process.cwd()));
    });

    it("survives a first preview, where no generation is known", async () => {
        const { harness } = await build({ preview: true });
        const gate = harness.only(COMMAND);
        assert.equal(gate.dependencies.length, 2);
        assert.equal(gate.inputs["create"], "exec node tools/run.js readiness-gate");
    });
});
