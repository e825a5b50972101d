import assert from "node:assert/strict";
import { DEFAULT_LAYERS } from "../../../components/config/layers";
import { ALERT_RULES, alertRules } from "../../../components/observability/alert-rules";
import { without } from "../../helpers/observability";
import { knownMetrics, metricsIn } from "../../helpers/known-metrics";

/** Which layer shows the metrics of a program; the rest is there with Prometheus. */
const LAYER_OF: Readonly<Record<string, string>> = {
    "kube-state-metrics": "kube-state-metrics",
    "node-exporter": "node-exporter",
    traefik: "traefik",
    "otel-collector": "otel-collector",
    loki: "loki",
    tempo: "tempo",
    garage: "garage",
    "postgres-exporter": "postgresql",
};

describe("metricsIn", () => {
    it("finds metrics and neither functions, labels, strings nor keywords", () => {
        const expr =
            'sum by (pod, route) (rate(a_total{code=~"5..", x="b_total"}[5m])) / on (pod) group_left (y) c > 0 ' +
            "and absent(d:e) or vector(1) unless histogram_quantile(0.9, f_bucket)";
        assert.deepEqual(metricsIn(expr), ["a_total", "c", "d:e", "f_bucket"]);
    });
});

describe("ALERT_RULES", () => {
    it("have names of their own, a summary and a description that differ", () => {
        assert.equal(new Set(ALERT_RULES.map(({ name }) => name)).size, ALERT_RULES.length);
        for (const { name, summary, description } of ALERT_RULES) {
            assert.match(name, /^[A-Z][A-Za-z]+$/);
            assert.ok(summary.length > 10 && description.length > 20 && summary !== description, name);
        }
    });

    for (const { name, expr, layers } of ALERT_RULES) {
        it(`${name} reads metrics that the pinned versions show, and names the layer of each`, () => {
            for (const metric of metricsIn(expr)) {
                const programs = [...knownMetrics()]
                    .filter(([, names]) => names.has(metric))
                    .map(([program]) => program);
                assert.ok(programs.length > 0, `nobody shows ${metric}`);
                const covered = programs.some((program) => {
                    const layer = LAYER_OF[program];
                    return layer === undefined || layers.some((one) => one === layer);
                });
                // Alertmanager's own metric stands beside Prometheus' in one rule: without the layer it has no series.
                assert.ok(covered || programs.includes("alertmanager"), `${metric} comes with ${programs.join()}`);
            }
        });
    }

    it("fire only after the bring-up of a platform would be over, but for the sign of life", () => {
        for (const rule of ALERT_RULES.filter(({ name }) => name !== "Watchdog")) {
            const [, minutes] = /^(\d+)m$/.exec(rule.for ?? "") ?? [];
            assert.ok(Number(minutes) >= 5, rule.name);
        }
    });

    it("use only labels that their expression leaves", () => {
        const aggregated = ALERT_RULES.filter(({ expr }) => /^(sum|max) by/.test(expr));
        assert.ok(aggregated.length > 2);
        for (const { name, expr, summary, description } of aggregated) {
            const kept = new Set([...expr.matchAll(/by \(([^)]*)\)/g)].flatMap(([, list = ""]) => list.split(/,\s*/)));
            const used = [...`${summary} ${description}`.matchAll(/\$labels\.(\w+)/g)].map(([, label = ""]) => label);
            for (const label of used) assert.ok(kept.has(label), `${name} has no label ${label}`);
        }
    });
});

describe("alertRules", () => {
    it("has the rules of the layers that are on", () => {
        const names = (layers = DEFAULT_LAYERS) => alertRules({ layers }).map(({ alert }) => alert);
        assert.equal(names().length, ALERT_RULES.length);
        assert.deepEqual(names(["prometheus"]), [
            "Watchdog",
            "TargetDown",
            "ConfigReloadFailed",
            "PersistentVolumeFillingUp",
        ]);
        assert.ok(!names(without("postgresql")).includes("PostgresDown"));
        assert.ok(!names(without("garage", "loki", "tempo")).includes("GarageDown"));
    });

    it("writes them as Prometheus wants them", () => {
        const [watchdog, targetDown] = alertRules({ layers: DEFAULT_LAYERS });
        assert.deepEqual(Object.keys(watchdog ?? {}), ["alert", "expr", "labels", "annotations"]);
        assert.deepEqual(targetDown?.labels, { severity: "warning" });
        assert.equal(targetDown.for, "5m");
    });
});
