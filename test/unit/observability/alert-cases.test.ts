import assert from "node:assert/strict";
import { alertRules, allAlertRules } from "../../../components/observability/alert-rules";
import { ALERT_CASES, minutesOf, promtoolFile } from "../../helpers/alert-tests";
import { FULL_LAYERS } from "../../helpers/observability";

const SETTINGS = { layers: FULL_LAYERS, applicationNamespaces: ["apps"] };

describe("the situations of alerts, which promtool tries in the tier programs", () => {
    const names = allAlertRules(SETTINGS).map(({ name }) => name);

    it("are there for every alert, and for none that is not", () => {
        assert.deepEqual(Object.keys(ALERT_CASES).sort(), [...names].sort());
    });

    it("make every alert fire, and all but the sign of life keep silent", () => {
        for (const [name, { fires, silent = [] }] of Object.entries(ALERT_CASES)) {
            assert.ok(fires.length > 0, name);
            assert.equal(silent.length > 0, name !== "Watchdog", name);
        }
    });

    it("are tried when the alert is due, not long after", () => {
        for (const rule of alertRules(SETTINGS)) {
            const minutes = minutesOf(rule.for ?? "0m");
            for (const { minute } of ALERT_CASES[rule.alert]?.fires ?? []) {
                assert.ok(minute >= minutes && minute <= minutes + 3, rule.alert);
            }
            // A silence that is looked at before the alert could be due would prove nothing.
            for (const { minute } of ALERT_CASES[rule.alert]?.silent ?? []) assert.ok(minute >= minutes, rule.alert);
        }
    });

    it("become promtool's tests, with the severity of the rule and its words", () => {
        const rule = alertRules(SETTINGS).find(({ alert }) => alert === "TargetDown");
        assert.ok(rule !== undefined);
        const { rule_files, tests } = promtoolFile(rule, ALERT_CASES, "/rules.yml");
        assert.deepEqual(rule_files, ["/rules.yml"]);
        const [fires, pending, silent] = tests;
        assert.deepEqual(fires?.alert_rule_test, [
            {
                eval_time: "6m",
                alertname: "TargetDown",
                exp_alerts: [
                    {
                        exp_labels: { severity: "warning", job: "loki", instance: "10.0.0.1:3100" },
                        exp_annotations: {
                            summary: "loki at 10.0.0.1:3100 cannot be scraped",
                            description: rule.annotations.description,
                            runbook_url: "docs/runbooks/target-down.md",
                        },
                    },
                ],
            },
        ]);
        assert.deepEqual(pending?.alert_rule_test, [{ eval_time: "4m", alertname: "TargetDown", exp_alerts: [] }]);
        assert.deepEqual(pending.input_series, fires.input_series);
        assert.deepEqual(silent?.alert_rule_test, [{ eval_time: "8m", alertname: "TargetDown", exp_alerts: [] }]);
    });
});
