import assert from "node:assert/strict";
import fc from "fast-check";
import { DEFAULT_LAYERS, type Layer } from "../../../components/config/layers";
import { dashboardFiles, dashboards, dashboardSpecs } from "../../../components/observability/dashboards/dashboards";
import type { Query } from "../../../components/observability/dashboards/model";
import { knownMetrics, metricsIn } from "../../helpers/known-metrics";
import { at, FULL_LAYERS, layerSets } from "../../helpers/observability";

interface Placed {
    readonly x: number;
    readonly y: number;
    readonly w: number;
    readonly h: number;
}

function queries(layers: readonly Layer[]): readonly Query[] {
    return dashboardSpecs({ layers }).flatMap(({ rows }) =>
        rows.flatMap(({ panels }) => panels.flatMap(({ spec }) => spec.queries)),
    );
}

function promqlOf(query: Query): readonly string[] {
    return query.datasource === "prometheus" ? [String(query.fields["expr"])] : [];
}

function panels(dashboard: unknown): readonly unknown[] {
    return Object.values(at(dashboard, "panels") ?? {});
}

describe("dashboards", () => {
    const all = dashboards({ layers: FULL_LAYERS });

    it("are one for each thing that people ask about", () => {
        const everywhere = [
            "hearth-platform",
            "hearth-workloads",
            "hearth-services",
            "hearth-logs",
            "hearth-traces",
            "hearth-collector",
            "hearth-traefik",
            "hearth-garage",
            "hearth-postgresql",
        ];
        const uids = (layers: readonly Layer[]): readonly unknown[] => dashboards({ layers }).map(({ uid }) => uid);
        assert.deepEqual(uids(DEFAULT_LAYERS), everywhere);
        assert.deepEqual(uids(FULL_LAYERS), [...everywhere, "hearth-network", "hearth-mesh", "hearth-gitops"]);
    });

    it("are of single layers with their layer each, and with Prometheus", () => {
        for (const [layer, uid] of [
            ["otel-collector", "hearth-collector"],
            ["traefik", "hearth-traefik"],
            ["garage", "hearth-garage"],
            ["postgresql", "hearth-postgresql"],
            ["cilium", "hearth-network"],
            ["istio", "hearth-mesh"],
            ["argocd", "hearth-gitops"],
        ] as const) {
            assert.ok(dashboards({ layers: ["prometheus", layer] }).some((dashboard) => dashboard["uid"] === uid));
            const others = FULL_LAYERS.filter((other) => other !== layer);
            assert.ok(!dashboards({ layers: others }).some((dashboard) => dashboard["uid"] === uid));
            assert.deepEqual(dashboards({ layers: [layer] }), []);
        }
    });

    it("have links of their own, and titles that tell them apart", () => {
        for (const field of ["uid", "title"]) assert.equal(new Set(all.map((one) => one[field])).size, all.length);
        for (const dashboard of all) {
            const titles = panels(dashboard).map(
                (panel) => `${String(at(panel, "type"))} ${String(at(panel, "title"))}`,
            );
            assert.ok(titles.length > 3, String(dashboard["uid"]));
        }
    });

    it("are there for exactly the layers whose data they show, and ask no other", () => {
        fc.assert(
            fc.property(layerSets(FULL_LAYERS), (layers) => {
                for (const { datasource } of queries(layers)) assert.ok(layers.includes(datasource));
                const found = JSON.stringify(dashboards({ layers })).matchAll(/"datasource":\{"type":"(\w+)"/g);
                for (const [, type] of found) assert.ok(layers.some((layer) => layer === type));
            }),
        );
        assert.deepEqual(dashboards({ layers: ["traefik", "garage", "postgresql"] }), []);
    });

    it("read only metrics that the pinned versions show", () => {
        const known = new Set([...knownMetrics().values()].flatMap((names) => [...names]));
        const asked = new Set(queries(FULL_LAYERS).flatMap(promqlOf).flatMap(metricsIn));
        assert.ok(asked.size > 80);
        assert.deepEqual(
            [...asked].filter((name) => !known.has(name)),
            [],
        );
    });

    it("use no variable that they have not", () => {
        for (const spec of dashboardSpecs({ layers: FULL_LAYERS })) {
            const own = (spec.variables ?? []).map(({ name }) => name);
            const text = JSON.stringify(spec.rows);
            const used = new Set([...text.matchAll(/\$([a-z]\w*)/g)].map(([, name]) => name));
            assert.deepEqual([...used].sort(), [...own].sort(), spec.uid);
        }
    });

    it("say in legends only what their query leaves", () => {
        for (const { fields } of queries(FULL_LAYERS)) {
            const expr = String(fields["expr"] ?? "");
            const lists = [...expr.matchAll(/by \(([^)]*)\)/g)];
            if (lists.length === 0) continue;
            const kept = new Set(lists.flatMap(([, list = ""]) => list.split(/,\s*/)));
            const used = [...String(fields["legendFormat"]).matchAll(/\{\{(\w+)\}\}/g)].map(([, name = ""]) => name);
            for (const name of used) assert.ok(kept.has(name), `${expr} leaves no ${name}`);
        }
    });

    it("place panels beside and below each other, within the grid, without overlap", () => {
        for (const dashboard of all) {
            const places = panels(dashboard).map((panel) => at(panel, "gridPos") as Placed);
            const taken = new Set<string>();
            for (const { x, y, w, h } of places) {
                assert.ok(x >= 0 && x + w <= 24 && h > 0);
                for (let column = x; column < x + w; column++) {
                    for (let line = y; line < y + h; line++) {
                        const cell = `${column}/${line}`;
                        assert.ok(!taken.has(cell), `${String(dashboard["uid"])} ${cell}`);
                        taken.add(cell);
                    }
                }
            }
            const ids = panels(dashboard).map((panel) => at(panel, "id"));
            assert.equal(new Set(ids).size, ids.length);
        }
    });

    it("name the queries of a panel apart", () => {
        for (const panel of all.flatMap(panels)) {
            const refs = Object.values(at(panel, "targets") ?? {}).map((target) => at(target, "refId"));
            assert.equal(new Set(refs).size, refs.length);
        }
    });

    it("fit into one ConfigMap, a file each", () => {
        const files = dashboardFiles({ layers: FULL_LAYERS });
        assert.equal(Object.keys(files).length, all.length);
        for (const [name, text] of Object.entries(files)) {
            assert.match(name, /^hearth-[a-z]+\.json$/);
            assert.equal(at(JSON.parse(text), "uid"), name.replace(".json", ""));
        }
        // Kubernetes' limit is 1 MiB.
        assert.ok(JSON.stringify(files).length < 256 * 1024);
    });
});
