import { formatImage, resolveImage, type ImageConfig } from "./images";
import type { Layer } from "./layers";
import type { PlatformConfig } from "./schema";
import { pinnedImage, type ImageId } from "./versions";

/** One image that a stack runs. */
export interface StackImage {
    readonly id: ImageId;
    /** Reference after overrides and registries, as pods name it. */
    readonly reference: string;
}

const IMAGES_OF_LAYER: Readonly<Partial<Record<Layer, readonly ImageId[]>>> = {
    traefik: ["traefik"],
    prometheus: ["prometheus"],
    alertmanager: ["alertmanager"],
    "kube-state-metrics": ["kube-state-metrics"],
    "node-exporter": ["node-exporter"],
    grafana: ["grafana"],
    loki: ["loki"],
    tempo: ["tempo"],
    garage: ["garage"],
    postgresql: ["postgresql", "postgres-exporter"],
    cilium: ["cilium", "cilium-operator", "hubble-relay"],
    "hubble-ui": ["hubble-ui", "hubble-ui-backend"],
    istio: ["istio-pilot", "istio-cni", "istio-ztunnel", "istio-proxy"],
    argocd: ["argocd", "argocd-redis"],
    // It has git in it.
    "git-server": ["argocd"],
};

type Input = Pick<PlatformConfig, "layers" | "collector"> & {
    readonly images: ImageConfig;
    /** Default false. */
    readonly demo?: boolean;
};

/** The images of the layers that are on, and of the demo if that is, each once, in the layers' order; not the node image of a Kind cluster. */
export function imagesOf({ layers, collector, images, demo = false }: Input): readonly StackImage[] {
    const ids = layers.flatMap((layer): readonly ImageId[] => {
        if (layer !== "otel-collector") return IMAGES_OF_LAYER[layer] ?? [];
        return [collector === "own" ? "otel-collector" : "otel-collector-upstream"];
    });
    return [
        ...[...new Set(ids)].map((id) => ({ id, reference: formatImage(resolveImage(id, images)) })),
        // As the rendered manifests have it, which no setting changes.
        ...(demo ? [{ id: "demo", reference: pinnedImage("demo") } as const] : []),
    ];
}
