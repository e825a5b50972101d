import assert from "node:assert/strict";
import { LAYERS, NETWORK_LAYER, type Layer } from "../../../components/config/layers";
import { HBONE_PORT, meshPrincipal, WAYPOINT } from "../../../components/config/mesh";
import { NAMESPACES } from "../../../components/config/namespaces";
import { PORTS } from "../../../components/config/ports";
import { authorizationPolicies } from "../../../components/flows/authorization-policies";
import { GATEWAY_LABEL, WORKLOAD_IDS, waypoint, workload, workloadsOf } from "../../../components/flows/workloads";
import { postgresqlServices, postgresqlStatefulSet } from "../../../components/database/postgresql-manifests";
import { parseImage } from "../../../components/config/images";
import { traefikPlainPorts } from "../../../components/mesh/mesh-policies";
import { waypointGateway, waypointOf } from "../../../components/mesh/waypoint-manifests";
import { CILIUM_METRICS } from "../../../components/config/metrics-ports";
import { collectorManifests } from "../../../components/observability/collector-manifests";
import { podTargets } from "../../../components/observability/scrape-targets";
import { garageServices, garageStatefulSet } from "../../../components/storage/garage-manifests";
import { at, settings } from "../../helpers/observability";
import { presetConfig } from "../../helpers/platform";

const FULL = presetConfig("full");
const IMAGE = parseImage("registry.example/image:1.0");

describe("the table of workloads", () => {
    it("has at least one workload for every layer", () => {
        const all: readonly Layer[] = [...LAYERS, NETWORK_LAYER];
        const brought = WORKLOAD_IDS.map((id) => workload(id).layer);
        assert.deepEqual(
            all.filter((layer) => !brought.includes(layer)),
            [],
        );
    });

    it("tells the pods of a namespace apart: no selector meets another one's labels", () => {
        const pods = workloadsOf(FULL);
        const clashes = pods.flatMap((one) =>
            pods
                .filter((other) => other !== one && other.namespace === one.namespace)
                .filter((other) => Object.entries(one.labels).every(([key, value]) => other.labels[key] === value))
                .map((other) => `${one.id} selects ${other.id}`),
        );
        assert.deepEqual(clashes, []);
    });

    it("puts each workload into a namespace that is there with its layer, or into kube-system", () => {
        for (const id of WORKLOAD_IDS) {
            const { namespace, layer } = workload(id);
            const spec = NAMESPACES.find(({ name }) => name === namespace);
            if (namespace === "kube-system") continue;
            assert.ok(layer !== undefined && spec?.layers.includes(layer), `${id} in ${namespace}`);
        }
    });

    it("leaves pods that see the host's network to the one namespace of node agents, and to Cilium", () => {
        const host = WORKLOAD_IDS.map(workload).filter(({ hostNetwork }) => hostNetwork);
        assert.deepEqual(
            host.map(({ id }) => id),
            ["node-exporter", "cilium", "cilium-operator"],
        );
    });

    it("knows who answers behind every row of the port table", () => {
        for (const { id, layer, service } of PORTS) {
            const [behind, ...more] = WORKLOAD_IDS.map(workload).filter(({ entrance }) => entrance?.rows.includes(id));
            assert.ok(behind !== undefined && more.length === 0, id);
            assert.equal(behind.layer, layer);
            assert.equal(behind.namespace, service.namespace);
            assert.ok(behind.ports[behind.entrance?.port ?? ""] !== undefined);
        }
    });

    it("has workloads of the layers that are on, and a waypoint for each application in the mesh", () => {
        const ids = (layers: Parameters<typeof workloadsOf>[0]["layers"]) =>
            workloadsOf({ layers, applicationNamespaces: ["apps", "shop"] }).map(({ id }) => id);
        assert.deepEqual(ids(["garage"]), ["garage", "coredns"]);
        assert.deepEqual(ids(["istio"]), [
            "coredns",
            "istiod",
            "ztunnel",
            "istio-cni",
            "waypoint-apps",
            "waypoint-shop",
        ]);
    });
});

describe("the table of workloads agrees with our own manifests", () => {
    const pod = (spec: unknown) => ({
        labels: at(spec, "template/metadata/labels") as Record<string, string>,
        account: at(spec, "template/spec/serviceAccountName"),
        hostNetwork: at(spec, "template/spec/hostNetwork") ?? false,
        ports: containerPorts(at(spec, "template/spec/containers")),
    });
    const found = {
        "otel-collector": pod(
            collectorManifests({ ...settings(), collector: "own" }, workload("otel-collector").namespace).daemonSet
                .spec,
        ),
        garage: pod(garageStatefulSet({ image: image(), sizes: settings().sizes, secret: secret() }).spec),
        postgresql: pod(
            postgresqlStatefulSet({
                image: image(),
                exporterImage: image(),
                size: "1Gi",
                configChecksum: "",
                verifiers: secret(),
                exporter: { ...secret(), role: "exporter" },
            }).spec,
        ),
    } as const;

    for (const [id, actual] of Object.entries(found)) {
        it(`${id}: labels, account, network and ports`, () => {
            const row = workload(id as keyof typeof found);
            for (const [key, value] of Object.entries(row.labels)) assert.equal(actual.labels[key], value);
            assert.equal(actual.account, row.account);
            assert.equal(actual.hostNetwork, row.hostNetwork);
            assert.deepEqual(actual.ports, row.ports);
        });
    }

    it("Services lead to the ports of the same name, so that a flow's port is the Service's too", () => {
        const services = { postgresql: postgresqlServices(), garage: garageServices() };
        for (const id of ["postgresql", "garage"] as const) {
            for (const { spec } of Object.values(services[id])) {
                const name = String(at(spec, "ports/0/targetPort"));
                assert.equal(at(spec, "ports/0/port"), workload(id).ports[name], `${id} ${name}`);
            }
        }
    });

    function image() {
        if (IMAGE === undefined) throw new Error("not an image");
        return IMAGE;
    }

    function secret() {
        return { name: "secret", checksum: "" };
    }
});

describe("the table of workloads agrees with what other parts of the program say", () => {
    it("of Prometheus' own jobs: labels, namespaces and ports", () => {
        const targets = podTargets(FULL);
        assert.ok(targets.length >= 10);
        for (const { job, namespaces, port } of targets) {
            const rows = workloadsOf(FULL).filter(
                ({ namespace, ports, scraped }) =>
                    namespaces.includes(namespace) && scraped.some((name) => ports[name] === port),
            );
            assert.ok(rows.length > 0, `${job}: nobody is scraped at ${port} in ${namespaces.join(", ")}`);
        }
    });

    it("of Cilium's metrics", () => {
        const { cilium, "cilium-operator": operator } = Object.fromEntries(
            WORKLOAD_IDS.map((id) => [id, workload(id).ports]),
        );
        assert.deepEqual(
            [cilium?.["prometheus"], cilium?.["hubble-metrics"], operator?.["prometheus"]],
            [CILIUM_METRICS.agent, CILIUM_METRICS.hubble, CILIUM_METRICS.operator],
        );
    });

    it("of waypoints: name, port and identity", () => {
        const { metadata, spec } = waypointGateway("apps");
        assert.equal(WAYPOINT, metadata.name);
        assert.equal(HBONE_PORT, at(spec, "listeners/0/port"));
        const { namespace, account, labels, ports } = waypoint("apps");
        assert.equal(ports["hbone"], HBONE_PORT);
        assert.equal(meshPrincipal(namespace, account), waypointOf("apps").principal);
        assert.deepEqual(labels, { [GATEWAY_LABEL]: waypointOf("apps").name });
    });

    it("of the edge's ports that take connections from outside the mesh", () => {
        const unscraped = { ...FULL, layers: FULL.layers.filter((layer) => layer !== "prometheus") };
        for (const config of [FULL, unscraped]) {
            const open = authorizationPolicies(config).find(({ metadata }) => metadata.name === "traefik");
            const ports = at(open?.spec, "rules/0/to/0/operation/ports");
            assert.deepEqual(ports, traefikPlainPorts(config).map(String));
        }
    });
});

/** Ports of all containers of a pod by name. */
function containerPorts(containers: unknown): Readonly<Record<string, number>> {
    assert.ok(Array.isArray(containers));
    return Object.fromEntries(
        containers.flatMap((container: unknown) => {
            const ports = at(container, "ports");
            return Array.isArray(ports)
                ? ports.map((port: unknown) => [String(at(port, "name")), Number(at(port, "containerPort"))])
                : [];
        }),
    );
}
