import type { Layer } from "../../config/layers";

export type Severity = "critical" | "warning" | "none";

/** One alerting rule, and which layers' metrics it reads. */
export interface AlertRule {
    readonly name: string;
    /** The rule is there when all of these are on, beside Prometheus. */
    readonly layers: readonly Layer[];
    /** PromQL; each series of its result is an alert. */
    readonly expr: string;
    /** How long the condition has to last, a Prometheus duration; at once when absent. */
    readonly for?: string;
    readonly severity: Severity;
    /** One line; may use Prometheus' templates. */
    readonly summary: string;
    /** What it means and what to look at. */
    readonly description: string;
}

/** Templates: where a series has the label, the words with its value; nothing for one that has not. */
export function whereKnown(label: string, words: string): string {
    return `{{ with $labels.${label} }} ${words} {{ . }}{{ end }}`;
}
