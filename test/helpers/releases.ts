import { DEFAULT_LAYERS } from "../../components/config/layers";
import type { ImageConfig } from "../../components/config/images";
import type { ChartName } from "../../components/config/versions";
import type { Values } from "../../components/core/release";
import { traefikCrdsValues, traefikValues } from "../../components/edge/traefik-values";
import { ciliumCrdsValues, ciliumValues } from "../../components/network/cilium-values";
import { GITOPS_RELEASES } from "./gitops";
import { MESH_RELEASES } from "./mesh-releases";
import { ciliumSettings } from "./network";
import { EXISTING, settings, VALUES, without } from "./observability";

/** One release of the platform as it is rendered in tests. */
export interface ReleaseCase {
    readonly title: string;
    readonly chart: ChartName;
    readonly release: string;
    readonly namespace: string;
    readonly values: Values;
    /** Kinds of the official chart that this release's stand-in may leave out in part. */
    readonly notReliedOn?: readonly string[];
}

const PINNED: ImageConfig = { overrides: {}, registries: {}, byTagOnly: false };
const MOVED: ImageConfig = { overrides: {}, registries: { "docker.io": "mirror.example/hub" }, byTagOnly: true };

/** Every release, with the values that the program gives it. */
export const RELEASES: readonly ReleaseCase[] = [
    {
        title: "traefik-crds",
        chart: "traefik-crds",
        release: "traefik-crds",
        namespace: "edge",
        values: traefikCrdsValues(),
        // Kinds for TCP, UDP and TLS, which nothing of the platform uses.
        notReliedOn: ["CustomResourceDefinition"],
    },
    {
        title: "traefik",
        chart: "traefik",
        release: "traefik",
        namespace: "edge",
        values: traefikValues({ layers: DEFAULT_LAYERS, images: PINNED, applicationNamespaces: ["apps"] }, "NodePort"),
    },
    {
        title: "traefik, alone, behind a load balancer, with an image of a mirror",
        chart: "traefik",
        release: "traefik",
        namespace: "edge",
        values: traefikValues({ layers: ["traefik"], images: MOVED, applicationNamespaces: [] }, "LoadBalancer"),
    },
    {
        title: "prometheus, with all that it can bring along",
        chart: "prometheus",
        release: "prometheus",
        namespace: "observability",
        values: VALUES.prometheus(settings()),
    },
    {
        title: "prometheus, alone on a cluster of somebody else's, with images of a mirror",
        chart: "prometheus",
        release: "prometheus",
        namespace: "observability",
        values: VALUES.prometheus(settings({ cluster: EXISTING, layers: ["prometheus"], images: MOVED })),
    },
    {
        title: "grafana",
        chart: "grafana",
        release: "grafana",
        namespace: "observability",
        values: VALUES.grafana(settings()),
    },
    {
        title: "loki",
        chart: "loki",
        release: "loki",
        namespace: "observability",
        values: VALUES.loki(settings()),
    },
    {
        title: "loki, without anybody to alert",
        chart: "loki",
        release: "loki",
        namespace: "observability",
        values: VALUES.loki(settings({ layers: without("alertmanager", "grafana"), images: MOVED })),
    },
    {
        title: "tempo",
        chart: "tempo",
        release: "tempo",
        namespace: "observability",
        values: VALUES.tempo(settings()),
    },
    {
        title: "cilium-crds",
        chart: "cilium-crds",
        release: "cilium-crds",
        namespace: "kube-system",
        values: ciliumCrdsValues(),
        // Kinds that agents and operator keep their own state in.
        notReliedOn: ["CustomResourceDefinition"],
    },
    {
        title: "cilium, with the Hubble UI",
        chart: "cilium",
        release: "cilium",
        namespace: "kube-system",
        values: ciliumValues(ciliumSettings(), "NodePort"),
    },
    {
        title: "cilium, in kube-proxy's place, without Envoy, with images of a mirror",
        chart: "cilium",
        release: "cilium",
        namespace: "kube-system",
        values: ciliumValues(
            ciliumSettings({
                cilium: { kubeProxyReplacement: true, l7Proxy: false },
                images: { overrides: {}, registries: { "quay.io": "mirror.example/quay" }, byTagOnly: true },
                layers: ["cilium"],
            }),
            "NodePort",
        ),
    },
    ...MESH_RELEASES,
    ...GITOPS_RELEASES,
];
