/** Labels of everything that Hearth's own manifests create, after Kubernetes' recommended set. */
export function labels(name: string, component?: string): Readonly<Record<string, string>> {
    return {
        "app.kubernetes.io/name": name,
        "app.kubernetes.io/part-of": "hearth",
        ...(component === undefined ? {} : { "app.kubernetes.io/component": component }),
    };
}

/** The part of `labels` that selects pods; it can never change during a workload's life. */
export function selector(name: string): Readonly<Record<string, string>> {
    return { "app.kubernetes.io/name": name };
}
