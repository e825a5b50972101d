import assert from "node:assert/strict";
import { runStack, type StackRun } from "../helpers/platform";
import { awaited, KINDS, RELEASE } from "../helpers/stack-graph";

const POLICY = "kubernetes:cilium.io/v2:CiliumNetworkPolicy";

describe("stack cilium", function () {
    this.timeout(60_000);

    let run: StackRun;
    before(async () => {
        run = await runStack("cilium");
    });

    it("has Cilium and the Hubble UI beside all of dev-fast, two nodes, and neither mesh nor GitOps", () => {
        assert.equal(run.config.mode, "cilium");
        assert.deepEqual(run.config.cluster.provider === "kwok" && run.config.cluster.workers, 1);
        const releases = run.harness.all(RELEASE).map(({ name }) => name);
        assert.deepEqual(releases.sort(), [
            "cilium-crds",
            "cilium-release",
            "gateway-api-release",
            "grafana-release",
            "loki-release",
            "prometheus-release",
            "tempo-release",
            "traefik-crds",
            "traefik-release",
        ]);
        assert.equal(run.platform.urls["hubble-ui"], "http://127.0.0.1:31235");
        for (const foreign of ["istio", "argo", "waypoint", "security.istio.io"]) {
            const found = run.harness.resources.filter(({ type, name }) => `${type} ${name}`.includes(foreign));
            assert.deepEqual(found, [], foreign);
        }
        assert.deepEqual(run.asked, []);
    });

    it("guards its pods by Cilium's policies and by no others, from the moment that their kinds are there", () => {
        assert.ok(run.harness.all(POLICY).length > 10);
        assert.deepEqual(run.harness.all("kubernetes:networking.k8s.io/v1:NetworkPolicy"), []);
        const kinds = run.harness.only(RELEASE, "cilium-crds");
        const cilium = run.harness.only(RELEASE, "cilium-release");
        for (const policy of run.harness.all(POLICY)) {
            assert.ok(awaited(run, policy).has(kinds.urn), policy.name);
            assert.ok(!awaited(run, policy).has(cilium.urn), policy.name);
        }
    });

    it("lets no other layer wait for Cilium: their pods are pending until the nodes are ready", () => {
        const cilium = run.harness.only(RELEASE, "cilium-release");
        for (const release of run.harness.all(RELEASE)) {
            assert.ok(!awaited(run, release).has(cilium.urn), release.name);
        }
    });

    it("is another one without the Hubble UI, which then has neither address nor rights", async () => {
        const layers = run.config.layers.filter((layer) => layer !== "cilium" && layer !== "hubble-ui");
        const { harness, platform } = await runStack("cilium", { settings: { layers } });
        assert.equal(platform.urls["hubble-ui"], undefined);
        assert.ok(!harness.all(POLICY).some(({ name }) => name.includes("hubble-ui")));
        assert.ok(harness.all(POLICY).some(({ name }) => name.includes("hubble-relay")));
        assert.ok(
            KINDS.every((name) => name === "istio-base" || harness.all(RELEASE).some((one) => one.name === name)),
        );
    });
});
