/** Every part of the platform that stack config can switch on or off. */
export const LAYERS = [
    "traefik",
    "prometheus",
    "alertmanager",
    "kube-state-metrics",
    "node-exporter",
    "grafana",
    "loki",
    "tempo",
    "otel-collector",
    "garage",
    "postgresql",
    "hubble-ui",
    "istio",
    "argocd",
] as const;

export type Layer = (typeof LAYERS)[number];

/** Layers that the settings know and that this version does not build yet (issue 5). */
export const UNBUILT_LAYERS: readonly Layer[] = ["hubble-ui", "istio", "argocd"];

/** The layers of mode dev-fast, which is what a stack gets that names none. */
export const DEFAULT_LAYERS: readonly Layer[] = LAYERS.filter((layer) => !UNBUILT_LAYERS.includes(layer));

interface Requirement {
    readonly layer: Layer;
    readonly needs: Layer;
    readonly because: string;
}

/** Which layer cannot work without which other one. */
export const REQUIREMENTS: readonly Requirement[] = [
    {
        layer: "alertmanager",
        needs: "prometheus",
        because: "it is installed by Prometheus' chart and only Prometheus sends to it",
    },
    { layer: "kube-state-metrics", needs: "prometheus", because: "it is installed by Prometheus' chart" },
    { layer: "node-exporter", needs: "prometheus", because: "it is installed by Prometheus' chart" },
    { layer: "loki", needs: "garage", because: "its chunks live in an S3 bucket of Garage" },
    { layer: "tempo", needs: "garage", because: "its blocks live in an S3 bucket of Garage" },
];

export function isLayer(value: unknown): value is Layer {
    return LAYERS.some((layer) => layer === value);
}
