import type { PrometheusRule } from "../../components/observability/alert-rules";
import { EVERYWHERE_CASES } from "./alert-cases/everywhere";
import { GITOPS_CASES } from "./alert-cases/gitops";
import { MESH_CASES } from "./alert-cases/mesh";
import type { CasesByAlert, SeriesValues } from "./alert-cases/model";
import { NETWORK_CASES } from "./alert-cases/network";

/** Situations of every alert. */
export const ALERT_CASES: CasesByAlert = { ...EVERYWHERE_CASES, ...NETWORK_CASES, ...MESH_CASES, ...GITOPS_CASES };

/** One test as promtool's files have it. */
interface PromtoolTest {
    readonly name: string;
    readonly interval: "1m";
    readonly input_series: readonly { readonly series: string; readonly values: string }[];
    readonly alert_rule_test: readonly {
        readonly eval_time: string;
        readonly alertname: string;
        readonly exp_alerts: readonly {
            readonly exp_labels: Readonly<Record<string, string>>;
            readonly exp_annotations: Readonly<Record<string, string>>;
        }[];
    }[];
}

/** A file for `promtool test rules`. */
export interface PromtoolFile {
    readonly rule_files: readonly string[];
    readonly evaluation_interval: "1m";
    readonly tests: readonly PromtoolTest[];
}

/** All situations of one rule. @param rulesFile path of the file that has the rule */
export function promtoolFile(rule: PrometheusRule, cases: CasesByAlert, rulesFile: string): PromtoolFile {
    const { fires = [], silent = [] } = cases[rule.alert] ?? {};
    const { alert, annotations } = rule;
    const test = (name: string, series: SeriesValues, minute: number, expected: Expected): PromtoolTest => ({
        name,
        interval: "1m",
        input_series: Object.entries(series).map(([selector, values]) => ({ series: selector, values })),
        alert_rule_test: [{ eval_time: `${minute}m`, alertname: alert, exp_alerts: expected }],
    });
    return {
        rule_files: [rulesFile],
        evaluation_interval: "1m",
        tests: [
            ...fires.map(({ series, minute, labels, summary, description = annotations.description }, index) =>
                test(`${alert} fires (${index + 1})`, series, minute, [
                    {
                        exp_labels: { ...rule.labels, ...labels },
                        exp_annotations: { summary, description, runbook_url: annotations.runbook_url },
                    },
                ]),
            ),
            // The same situation a minute before it has lasted long enough.
            ...fires.flatMap(({ series }, index) =>
                rule.for === undefined
                    ? []
                    : [test(`${alert} is still pending (${index + 1})`, series, minutesOf(rule.for) - 1, [])],
            ),
            ...silent.map(({ series, minute }, index) =>
                test(`${alert} does not fire (${index + 1})`, series, minute, []),
            ),
        ],
    };
}

/** Minutes of a duration such as `10m`. @throws Error for any other unit, which no rule has */
export function minutesOf(duration: string): number {
    const minutes = /^(\d+)m$/.exec(duration)?.[1];
    if (minutes === undefined) throw new Error(`${duration} is not in minutes`);
    return Number(minutes);
}

type Expected = PromtoolTest["alert_rule_test"][number]["exp_alerts"];
