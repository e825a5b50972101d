import assert from "node:assert/strict";
import fc from "fast-check";
import { chartFile, chartSpec, CHART_NAMES } from "../../../components/config/versions";
import type { Environment } from "../../../components/config/environment";
import { OWN_ARCHIVES } from "../../../components/config/own-images";
import { DEFAULT_LAYERS, isLayer, REQUIREMENTS } from "../../../components/config/layers";
import { checkTypes } from "../../../components/config/parse";
import { MAX_PORT_OFFSET, PORTS } from "../../../components/config/ports";
import { UserError } from "../../../components/config/problems";
import { resolveConfig } from "../../../components/config/resolve";
import type { PlatformConfig } from "../../../components/config/schema";

const DOCKER: Environment = {
    engines: ["docker"],
    charts: CHART_NAMES.map((name) => chartFile(chartSpec(name))),
    ownImages: OWN_ARCHIVES,
};
const BARE: Environment = { engines: [], charts: [], ownImages: [] };

function resolve(settings: Readonly<Record<string, unknown>>, environment: Environment = DOCKER): PlatformConfig {
    return resolveConfig("dev-fast", checkTypes(settings), environment);
}

function problemsOf(settings: Readonly<Record<string, unknown>>, environment: Environment = DOCKER): readonly string[] {
    try {
        resolve(settings, environment);
    } catch (error) {
        assert.ok(error instanceof UserError);
        for (const { what, fix } of error.problems) assert.ok(what !== "" && fix !== "");
        return error.problems.map(({ where }) => where);
    }
    return [];
}

describe("the config gate", () => {
    it("makes the default stack from no settings at all", () => {
        const config = resolve({});
        assert.equal(config.mode, "dev-fast");
        assert.equal(config.cluster.provider, "kind");
        assert.equal(config.cluster.name, "hearth-dev-fast");
        assert.deepEqual(config.layers, DEFAULT_LAYERS);
        assert.deepEqual(
            config.ports.map(({ hostPort }) => hostPort),
            [30081, 30090, 30093, 30300],
        );
    });

    it("falls back to the simulated cluster and its stand-in charts where no engine answers", () => {
        const config = resolve({}, BARE);
        assert.equal(config.cluster.provider, "kwok");
        assert.ok(Object.values(config.charts).every(({ standIn }) => standIn));
    });

    it("keeps the cluster that the stack has, though the engine is away or has come", () => {
        assert.equal(resolve({}, { ...DOCKER, recordedProvider: "kwok" }).cluster.provider, "kwok");
        assert.deepEqual(problemsOf({}, { ...BARE, recordedProvider: "kind" }), ["hearth:cluster"]);
    });

    it("refuses kind without an engine, naming the setting that asked for it", () => {
        assert.deepEqual(problemsOf({ cluster: "kind" }, BARE), ["hearth:cluster"]);
        assert.deepEqual(problemsOf({ cluster: "kind", containerEngine: "podman" }), ["hearth:containerEngine"]);
    });

    it("does not move a stack to another kind of cluster while it has one", () => {
        assert.deepEqual(problemsOf({ cluster: "kind" }, { ...DOCKER, recordedProvider: "kwok" }), ["hearth:cluster"]);
        const existing = { cluster: "existing", context: "mine", collector: "upstream" };
        assert.deepEqual(problemsOf(existing, { ...DOCKER, recordedProvider: "kind" }), ["hearth:cluster"]);
        assert.deepEqual(problemsOf({ cluster: "kind" }, { ...DOCKER, recordedProvider: "kind" }), []);
    });

    it("asks for the collector's image where real nodes need it, and only there", () => {
        const unbuilt = { ...DOCKER, ownImages: [] };
        assert.deepEqual(problemsOf({}, unbuilt), ["image otel-collector"]);
        assert.deepEqual(problemsOf({ collector: "upstream" }, unbuilt), []);
        assert.deepEqual(problemsOf({ images: { "otel-collector": "registry.example/otel:1" } }, unbuilt), []);
        assert.deepEqual(problemsOf({ cluster: "kwok", charts: "stand-in" }, unbuilt), []);
    });

    it("refuses an existing cluster the collector's image that no registry has", () => {
        const existing = { cluster: "existing", context: "c" };
        assert.deepEqual(problemsOf(existing), ["hearth:collector"]);
        for (const settings of [
            { collector: "upstream" },
            { images: { "otel-collector": "registry.example/otel-collector:1" } },
            { registries: { "hearth.local": "registry.example/hearth" } },
            { layers: ["traefik"] },
        ]) {
            assert.deepEqual(problemsOf({ ...existing, ...settings }), []);
        }
    });

    it("never lets a stand-in chart reach a real cluster", () => {
        assert.equal(problemsOf({ cluster: "kind" }, { ...DOCKER, charts: [] }).length > 0, true);
        assert.deepEqual(problemsOf({ cluster: "kind", charts: "stand-in" }).includes("hearth:charts"), true);
    });

    it("reports problems of all kinds at once", () => {
        const where = problemsOf({
            nonsense: 1,
            workers: 99,
            layers: ["loki", "loki", "alertmanager", "grafanaa"],
            portOffset: -1,
            images: { loki: "grafana/loki:latest", nope: "x:1" },
            sizes: { loki: "1 GB" },
            retention: { logs: 0 },
            databases: ["app", "app", "Drop Table"],
            corsOrigins: ["example.com"],
            authAddress: "nowhere",
            runbooks: "nowhere",
            cluster: "existing",
            chartMirror: "ftp://x",
        });
        for (const expected of [
            "hearth:nonsense",
            "hearth:workers",
            "hearth:layers",
            "hearth:portOffset",
            "hearth:images.loki",
            "hearth:images.nope",
            "hearth:sizes.loki",
            "hearth:retention.logs",
            "hearth:databases",
            "hearth:corsOrigins",
            "hearth:authAddress",
            "hearth:runbooks",
            "hearth:context",
            "hearth:chartMirror",
        ]) {
            assert.ok(where.includes(expected), `${expected} is missing among ${where.join(", ")}`);
        }
    });

    it("refuses contradictions between cluster and its settings", () => {
        assert.deepEqual(problemsOf({ context: "prod" }), ["hearth:context"]);
        const existing = { cluster: "existing", context: "prod", collector: "upstream" };
        assert.deepEqual(problemsOf({ ...existing, workers: 2 }), ["hearth:workers"]);
        assert.deepEqual(problemsOf({ layers: ["hubble-ui"] }), ["hearth:layers"]);
    });

    it("takes the runbooks' folder with or without a slash at its end, and none for none", () => {
        assert.equal(resolve({ runbooks: "https://git.example/runbooks//" }).runbooks, "https://git.example/runbooks");
        assert.equal(resolve({ runbooks: "https://git.example/runbooks" }).runbooks, "https://git.example/runbooks");
        assert.ok(!("runbooks" in resolve({})));
    });

    it("drops digests only where images come from archives", () => {
        assert.equal(resolve({}).images.byTagOnly, false);
        assert.equal(resolve({ imageArchives: "/images" }).images.byTagOnly, true);
    });

    it("accepts a layer set exactly when each layer has what it needs", () => {
        fc.assert(
            fc.property(fc.subarray([...DEFAULT_LAYERS]), (layers) => {
                const unmet = REQUIREMENTS.some(
                    ({ layer, needs }) => layers.includes(layer) && !layers.includes(needs),
                );
                assert.equal(problemsOf({ layers }).length > 0, unmet);
            }),
        );
    });

    it("moves every host port by the offset and keeps all of them distinct and valid", () => {
        fc.assert(
            fc.property(fc.integer({ min: 0, max: MAX_PORT_OFFSET }), (portOffset) => {
                const ports = resolve({ portOffset }).ports.map(({ hostPort, nodePort }) => {
                    assert.equal(hostPort, nodePort + portOffset);
                    return hostPort;
                });
                assert.ok(ports.every((port) => port <= 65535));
                assert.equal(new Set(ports).size, ports.length);
            }),
        );
        assert.deepEqual(problemsOf({ portOffset: MAX_PORT_OFFSET + 1 }), ["hearth:portOffset"]);
    });
});

describe("the port table", () => {
    it("has NodePorts in Kubernetes' range, once each, for layers that exist", () => {
        const numbers = PORTS.map(({ nodePort }) => nodePort);
        assert.equal(new Set(numbers).size, numbers.length);
        assert.ok(numbers.every((port) => port >= 30000 && port <= 32767));
        assert.ok(PORTS.every(({ layer }) => isLayer(layer)));
    });
});
