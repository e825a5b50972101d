import assert from "node:assert/strict";
import { dashboards } from "../../components/observability/dashboards/dashboards";
import { schemaProblems } from "../helpers/grafana-schema";
import { FULL_LAYERS } from "../helpers/observability";

describe("dashboards, by Grafana's own schema", function () {
    this.timeout(120_000);
    const all = dashboards({ layers: FULL_LAYERS });

    it("have fields and values that it knows, the options of their panels too", () => {
        assert.deepEqual(schemaProblems(all), []);
    });

    it("are refused with a field that it does not know, or a value of another type", () => {
        const [first] = all;
        assert.ok(first !== undefined);
        for (const wrong of [
            { ...first, panles: [] },
            { ...first, graphTooltip: "crosshair" },
            { ...first, panels: [{ type: "timeseries", options: { tooltip: { mode: "many" } } }] },
        ]) {
            assert.ok(schemaProblems([wrong]).length > 0, JSON.stringify(wrong).slice(0, 100));
        }
    });
});
