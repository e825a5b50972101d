import assert from "node:assert/strict";
import fc from "fast-check";
import { DEFAULT_LAYERS, REQUIREMENTS, type Layer } from "../../components/config/layers";
import { namespacesOf } from "../../components/config/namespaces";
import { promiseOf } from "../helpers/harness";
import { BARE, EQUIPPED, runStack, withKubeconfig, type StackRun } from "../helpers/platform";
import { awaited, COMMAND, deletedWith, KINDS, RELEASE } from "../helpers/stack-graph";

const COMPONENT_OF: Readonly<Partial<Record<Layer, string>>> = {
    traefik: "hearth:edge:Traefik",
    prometheus: "hearth:observability:Prometheus",
    grafana: "hearth:observability:Grafana",
    loki: "hearth:observability:Loki",
    tempo: "hearth:observability:Tempo",
    "otel-collector": "hearth:observability:Collector",
    garage: "hearth:storage:Garage",
    postgresql: "hearth:database:PostgreSql",
};

const components = ({ harness }: StackRun): readonly string[] =>
    harness.resources.filter(({ custom }) => !custom).map(({ type }) => type);

describe("stack dev-fast", function () {
    this.timeout(60_000);

    let run: StackRun;
    let kind: StackRun;
    before(async () => {
        run = await runStack("dev-fast");
        kind = await runStack("dev-fast", { environment: EQUIPPED, settings: { cluster: "kind" } });
    });

    it("has every layer of its stack file, each once, and nothing that belongs to other modes", () => {
        assert.equal(run.config.mode, "dev-fast");
        assert.deepEqual(
            components(run)
                .filter((type) => Object.values(COMPONENT_OF).includes(type))
                .sort(),
            Object.values(COMPONENT_OF).sort(),
        );
        const charts = run.harness.all(RELEASE).map(({ inputs }) => String(inputs["name"]));
        assert.deepEqual(charts.sort(), [
            "gateway-api",
            "grafana",
            "loki",
            "prometheus",
            "tempo",
            "traefik",
            "traefik-crds",
        ]);
        for (const foreign of ["cilium", "istio", "argo", "hubble", "waypoint"]) {
            const found = run.harness.resources.filter(({ type, name }) =>
                `${type} ${name}`.toLowerCase().includes(foreign),
            );
            assert.deepEqual(found, [], foreign);
        }
    });

    it("makes what layers need and nothing of those that are off, whatever the set", async () => {
        const layers = fc
            .subarray([...DEFAULT_LAYERS])
            .filter((set) => REQUIREMENTS.every(({ layer, needs }) => !set.includes(layer) || set.includes(needs)));
        await fc.assert(
            fc.asyncProperty(layers, async (set) => {
                const other = await runStack("dev-fast", { settings: { layers: set } });
                const made = components(other);
                for (const [layer, type] of Object.entries(COMPONENT_OF)) {
                    assert.equal(
                        made.includes(type),
                        set.some((on) => on === layer),
                        layer,
                    );
                }
                const namespaces = other.harness.all("kubernetes:core/v1:Namespace");
                assert.equal(namespaces.length, namespacesOf(set, other.config.applicationNamespaces).length);
                assert.deepEqual(
                    Object.keys(other.platform.ports),
                    other.config.ports.map(({ id }) => id),
                );
            }),
            { numRuns: 8 },
        );
    });

    it("lets nothing wait that needs not: stores, edge and database begin as soon as their namespace is there", () => {
        const bootstrap = kind.harness.only(COMMAND, "garage-bootstrap");
        for (const release of kind.harness.all(RELEASE)) {
            const waits = awaited(kind, release);
            // Tempo ends without its bucket; Loki waits for it by itself.
            assert.equal(waits.has(bootstrap.urn), release.name === "tempo-release", release.name);
            const others = kind.harness
                .all(RELEASE)
                .filter(
                    ({ urn, name }) => waits.has(urn) && !(release.name === "traefik-release" && KINDS.includes(name)),
                );
            assert.deepEqual(others, [], release.name);
        }
        for (const workload of kind.harness.all("kubernetes:apps/v1:StatefulSet")) {
            assert.ok(!kind.harness.all(RELEASE).some(({ urn }) => awaited(kind, workload).has(urn)), workload.name);
        }
    });

    it("tells addresses, ports, versions and what is simulated without waiting for anything", async () => {
        const { platform } = await runStack("dev-fast", { environment: BARE, settings: { portOffset: 100 } });
        assert.equal(platform.simulated, true);
        assert.deepEqual(platform.urls, {
            traefik: "http://127.0.0.1:30181",
            prometheus: "http://127.0.0.1:30190",
            alertmanager: "http://127.0.0.1:30193",
            grafana: "http://127.0.0.1:30400",
        });
        assert.deepEqual(Object.values(platform.ports), [30181, 30190, 30193, 30400]);
        assert.equal(platform.versions.kubernetes, "1.34.3");
        assert.equal(platform.versions.charts["loki"], "18.11.0");
        assert.match(platform.versions.images["garage"] ?? "", /^docker\.io\/dxflrs\/garage:v2/);
    });

    it("keeps kubeconfig and credentials secret, and says where each credential is", async () => {
        const { platform } = run;
        for (const output of [platform.kubeconfig, platform.credentials]) {
            assert.equal(await (output as unknown as { readonly isSecret: Promise<boolean> }).isSecret, true);
        }
        const credentials = await promiseOf(platform.credentials);
        assert.deepEqual(credentials["grafana"], {
            secret: "observability/grafana-admin",
            user: "admin",
            password: "admin",
        });
    });
});

describe("stack dev-fast on a Kind cluster", function () {
    this.timeout(60_000);

    it("loads the collector's image before anything is installed", async () => {
        const run = await runStack("dev-fast", { environment: EQUIPPED, settings: { cluster: "kind" } });
        const images = run.harness.only(COMMAND, "cluster-images");
        assert.match(JSON.stringify(images.inputs["environment"]), /\.hearth\/images\/otel-collector\.tar/);
        const provider = run.harness.only("pulumi:providers:kubernetes");
        assert.ok(provider.dependencies.includes(images.urn));
    });

    it("loads none where upstream's image is chosen", async () => {
        const settings = { cluster: "kind", collector: "upstream" };
        const { harness } = await runStack("dev-fast", { environment: EQUIPPED, settings });
        assert.ok(!harness.resources.some(({ name }) => name === "cluster-images"));
    });
});

describe("stack dev-fast on an existing cluster", function () {
    this.timeout(60_000);

    it("makes no cluster, deletes its objects one by one, and promises no address", async () => {
        await withKubeconfig(async (kubeconfig) => {
            const settings = { cluster: "existing", context: "mine", kubeconfig, collector: "upstream" };
            const run = await runStack("dev-fast", { environment: EQUIPPED, settings });
            assert.ok(!run.harness.all(COMMAND).some(({ name }) => name.startsWith("cluster-")));
            for (const resource of run.harness.resources) assert.equal(deletedWith(run, resource), "", resource.name);
            assert.deepEqual(run.platform.urls, {});
            assert.deepEqual(Object.values(run.platform.ports), [30081, 30090, 30093, 30300]);
            assert.equal(run.platform.simulated, false);
            assert.equal(run.platform.versions.kubernetes, undefined);
        });
    });
});
