import assert from "node:assert/strict";
import fc from "fast-check";
import type { Layer } from "../../../components/config/layers";
import { allAlertRules } from "../../../components/observability/alert-rules";
import { dashboardSpecs } from "../../../components/observability/dashboards/dashboards";
import type { Panel } from "../../../components/observability/dashboards/model";
import type { DashboardSpec } from "../../../components/observability/dashboards/render";
import { knownMetrics, metricsIn } from "../../helpers/known-metrics";
import { FULL_LAYERS, layerSets } from "../../helpers/observability";

/** Layers whose metrics a program of its own shows, and the dashboard about them. */
const OWN = { garage: "hearth-garage", postgresql: "hearth-postgresql" } as const;
const PROGRAM_OF = { garage: "garage", postgresql: "postgres-exporter" } as const;

function dashboard(uid: string, layers: readonly Layer[] = FULL_LAYERS): DashboardSpec {
    return dashboardSpecs({ layers }).find((one) => one.uid === uid) ?? assert.fail(`there is no ${uid}`);
}

function panels({ rows }: DashboardSpec): readonly Panel[] {
    return rows.flatMap((row) => row.panels);
}

/** What a dashboard asks for; of its graphs alone where that is wanted: a number now and its course are two questions. */
function exprs(spec: DashboardSpec, only?: "graphs"): readonly string[] {
    return panels(spec)
        .filter(({ type }) => only === undefined || type === "timeseries")
        .flatMap((panel) => panel.spec.queries.map(({ fields }) => String(fields["expr"])));
}

function metrics(spec: DashboardSpec): ReadonlySet<string> {
    return new Set(exprs(spec).flatMap(metricsIn));
}

describe("the dashboards of Garage and PostgreSQL", () => {
    for (const layer of ["garage", "postgresql"] as const) {
        const spec = dashboard(OWN[layer]);

        it(`${spec.title}: reads metrics of its layer alone`, () => {
            const shown = knownMetrics().get(PROGRAM_OF[layer]) ?? assert.fail(layer);
            const asked = [...metrics(spec)];
            assert.ok(asked.length > 20);
            assert.deepEqual(
                asked.filter((name) => !shown.has(name) && name !== "up"),
                [],
            );
            for (const expr of exprs(spec)) {
                if (metricsIn(expr).includes("up")) assert.match(expr, new RegExp(`up\\{job="${layer}"\\}`));
            }
        });

        it(`${spec.title}: shows what the layer's alerts are about`, () => {
            const rules = allAlertRules({ applicationNamespaces: [] }).filter(({ layers }) => layers.includes(layer));
            assert.ok(rules.length > 0);
            for (const { name, expr } of rules) {
                for (const metric of metricsIn(expr)) assert.ok(metrics(spec).has(metric), `${name}: ${metric}`);
            }
        });

        it(`${spec.title}: has a unit on every graph, and asks nothing twice`, () => {
            for (const { type, spec: panel } of panels(spec)) {
                if (type === "timeseries") assert.ok(panel.unit !== undefined, panel.title);
            }
            const asked = exprs(spec, "graphs");
            assert.ok(asked.length > 20);
            assert.equal(new Set(asked).size, asked.length);
        });

        it(`${spec.title}: is not repeated on the overview`, () => {
            const overview = exprs(dashboard("hearth-platform"), "graphs");
            assert.ok(overview.length > 0);
            for (const expr of exprs(spec, "graphs")) assert.ok(!overview.includes(expr), expr);
        });
    }

    it("keep to the chosen databases in every graph that tells databases apart, and leave the templates out", () => {
        const perDatabase = exprs(dashboard(OWN.postgresql)).filter((expr) =>
            /by \([^)]*datname|^pg_database_size_bytes/.test(expr),
        );
        assert.ok(perDatabase.length > 10);
        for (const expr of perDatabase) {
            const [selectors, chosen] = [/\bpg_\w+/g, /\{datname=~"\$database", datname!~"template\[01\]"/g].map(
                (pattern) => [...expr.matchAll(pattern)].length,
            );
            assert.ok(selectors !== undefined && selectors > 0 && selectors === chosen, expr);
        }
    });
});

describe("the overview", () => {
    /** Health by layer, as the overview of these layers asks for it. */
    function health(layers: readonly Layer[]): Readonly<Record<string, string>> {
        const spec = panels(dashboard("hearth-platform", layers)).find((one) => one.spec.title === "Layers")?.spec;
        return Object.fromEntries(
            (spec?.queries ?? []).map(({ fields }) => [String(fields["legendFormat"]), String(fields["expr"])]),
        );
    }

    it("has the health of every layer that is on, and of no other", () => {
        fc.assert(
            fc.property(layerSets(FULL_LAYERS), (chosen) => {
                const layers: readonly Layer[] = [...new Set<Layer>(["prometheus", ...chosen])];
                const silent = layers.includes("kube-state-metrics") ? [] : ["hubble-ui", "git-server"];
                const expected = layers.filter((layer) => !silent.includes(layer));
                assert.deepEqual(Object.keys(health(layers)).sort(), [...expected].sort());
            }),
        );
    });

    it("asks of each layer something of its own, and shows a layer that says nothing as unwell", () => {
        const asked = Object.values(health(FULL_LAYERS));
        assert.equal(new Set(asked).size, FULL_LAYERS.length);
        for (const expr of asked) assert.match(expr, / or vector\(0\)$/);
    });

    it("asks the stores themselves, since a pod may answer whose data are not to be had", () => {
        const { garage = "", postgresql = "", istio = "" } = health(FULL_LAYERS);
        assert.deepEqual([metricsIn(garage), metricsIn(postgresql)], [["cluster_healthy"], ["pg_up"]]);
        // One job of three that is away has no series that could be 0.
        assert.equal(istio, 'count(min by (job) (up{job=~"istiod|ztunnel|istio-cni"}) == 1) == bool 3 or vector(0)');
    });

    it("gets each number under the name of its layer, which Grafana leaves out of tables", () => {
        const layers = panels(dashboard("hearth-platform")).find((one) => one.spec.title === "Layers");
        for (const { fields } of layers?.spec.queries ?? assert.fail()) assert.equal(fields["format"], "time_series");
        const table = panels(dashboard("hearth-platform")).find((one) => one.type === "table");
        assert.equal(table?.spec.queries[0]?.fields["format"], "table");
    });
});

describe("the dashboard of services", () => {
    it("has rate, errors and duration, and exemplars on every line of a duration's 95 %", () => {
        const byService = panels(dashboard("hearth-services", ["prometheus", "tempo"]));
        for (const title of ["Requests", "Errors", "Duration"]) {
            assert.ok(byService.some(({ spec }) => spec.title === title && spec.unit !== undefined));
        }
        const slowest = byService
            .flatMap(({ spec }) => spec.queries)
            .filter(({ fields }) => String(fields["expr"]).startsWith("histogram_quantile(0.95"));
        assert.equal(slowest.length, 2);
        for (const { fields } of slowest) {
            assert.match(String(fields["expr"]), /traces_spanmetrics_latency_bucket/);
            assert.equal(fields["exemplar"], true);
        }
    });
});
