import assert from "node:assert/strict";
import type { Layer } from "../../components/config/layers";
import { Grafana } from "../../components/observability/grafana";
import { assertRelease, runComponent, told, waitsFor } from "../helpers/observability-components";
import { at } from "../helpers/observability";

const CONFIG_MAP = "kubernetes:core/v1:ConfigMap";

function run(options: { readonly preview?: boolean; readonly layers?: readonly Layer[] } = {}) {
    const { layers, preview = false } = options;
    return runComponent("grafana", (given) => new Grafana("grafana", given), {
        preview,
        ...(layers === undefined ? {} : { settings: { layers } }),
    });
}

describe("Grafana", () => {
    it("installs one release below itself, named literally, from a relative path", async () => {
        assertRelease(await run(), "hearth:observability:Grafana", "grafana", "11.6.1");
    });

    it("waits for its Secret and its dashboards, which its pod mounts, and for no data source", async () => {
        const waits = waitsFor(await run());
        assert.ok(waits.includes("ConfigMap grafana-dashboards"));
        assert.ok(waits.includes("Secret credentials-grafana-admin"));
        assert.ok(!waits.some((what) => what.startsWith("Release")));
    });

    it("makes its dashboards a ConfigMap below itself, in its namespace", async () => {
        const { harness, release } = await run();
        const map = harness.only(CONFIG_MAP, "grafana-dashboards");
        assert.equal(map.parent, harness.only("hearth:observability:Grafana").urn);
        assert.equal(at(map.inputs, "metadata/namespace"), "observability");
        assert.equal(at(map.inputs, "metadata/name"), "grafana-dashboards");
        assert.deepEqual(map.dependencies, [
            harness.only("kubernetes:core/v1:Namespace", "namespaces-observability").urn,
        ]);
        assert.deepEqual(at(release.inputs["values"], "dashboardsConfigMaps"), { hearth: "grafana-dashboards" });
    });

    it("opens with the first of its dashboards, or with Grafana's own page where it has none", async () => {
        const path = "values/grafana.ini/dashboards/default_home_dashboard_path";
        assert.match(String(at((await run()).release.inputs, path)), /hearth-platform\.json$/);
        const logsOnly = await run({ layers: ["grafana", "garage", "loki"] });
        assert.match(String(at(logsOnly.release.inputs, path)), /hearth-logs\.json$/);
        const alone = await run({ layers: ["grafana"] });
        assert.equal(at(alone.release.inputs, path), undefined);
    });

    it("tells of its data sources and dashboards, and no credential", async () => {
        const built = await run();
        const { inputs } = built.harness.only("hearth:observability:Grafana");
        assert.deepEqual(inputs["datasources"], ["prometheus", "loki", "tempo", "alertmanager"]);
        assert.equal(Object.keys(inputs["dashboards"] ?? {}).length, 9);
        assert.deepEqual(told(built), []);
    });

    it("previews with no cluster yet", async () => {
        const { harness, release } = await run({ preview: true });
        assert.equal(release.inputs["namespace"], "observability");
        assert.equal(at(harness.only(CONFIG_MAP).inputs, "metadata/name"), "grafana-dashboards");
    });
});
