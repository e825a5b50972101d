import type { Relabel } from "../../components/observability/prometheus-scrape";

type Labels = Readonly<Record<string, string>>;

/** What Prometheus makes of a target's labels; undefined when the target is dropped. */
export function relabel(steps: readonly Relabel[], labels: Labels): Labels | undefined {
    return steps.reduce<Labels | undefined>((now, step) => (now === undefined ? undefined : apply(step, now)), labels);
}

function apply(step: Relabel, labels: Labels): Labels | undefined {
    const source = (step.source_labels ?? []).map((name) => labels[name] ?? "").join(";");
    const match = new RegExp(`^(?:${step.regex ?? "(.*)"})$`).exec(source);
    if (step.action === "keep") return match === null ? undefined : labels;
    if (step.action === "drop") return match === null ? labels : undefined;
    if (match === null || step.target_label === undefined) return labels;
    const value = (step.replacement ?? "$1").replace(/\$(\d)/g, (_all, group: string) => match[Number(group)] ?? "");
    return { ...labels, [step.target_label]: value };
}
