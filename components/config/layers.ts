/** Every part of the platform that `hearth:layers` can switch on or off. */
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

/** A part of the platform that comes with the container network, which `hearth:cni` chooses. */
export const NETWORK_LAYER = "cilium";

/** The git server that serves this checkout to Argo CD; it comes where Argo CD has no other repository. */
export const GIT_SERVER_LAYER = "git-server";

export type Layer = (typeof LAYERS)[number] | typeof NETWORK_LAYER | typeof GIT_SERVER_LAYER;

const OTHER_MODES: readonly string[] = ["hubble-ui", "istio", "argocd"];

/** The layers of mode dev-fast, which is what a stack gets that names none. */
export const DEFAULT_LAYERS: readonly Layer[] = LAYERS.filter((layer) => !OTHER_MODES.includes(layer));

/** What of the settings decides about layers. */
export interface LayerSettings {
    readonly layers: readonly string[];
    readonly cni: string;
    readonly gitops: { readonly repository: string };
}

/**
 * Everything that a stack is made of: the layers that are on, after the container network where that is ours, and
 * before the git server where Argo CD is told of no repository.
 */
export function layersOf({ layers, cni, gitops }: LayerSettings): readonly Layer[] {
    const served = layers.includes("argocd") && gitops.repository === "";
    return [
        ...(cni === NETWORK_LAYER ? ([NETWORK_LAYER] as const) : []),
        ...layers.filter(isLayer),
        ...(served ? ([GIT_SERVER_LAYER] as const) : []),
    ];
}

/** Why one layer needs another one. */
export interface Requirement {
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

/** Which layer cannot work without the container network that is ours. */
export const NETWORK_REQUIREMENTS: readonly Requirement[] = [
    { layer: "hubble-ui", needs: NETWORK_LAYER, because: "it shows the flows that Cilium sees" },
    { layer: "istio", needs: NETWORK_LAYER, because: "its ambient mode is proven with Cilium only" },
];

/** True for what `hearth:layers` may list. */
export function isLayer(value: unknown): value is (typeof LAYERS)[number] {
    return LAYERS.some((layer) => layer === value);
}
