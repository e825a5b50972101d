import type { Layer } from "../../components/config/layers";
import { chartSpec } from "../../components/config/versions";
import {
    baseValues,
    cniValues,
    istiodValues,
    ztunnelValues,
    type IstioSettings,
} from "../../components/mesh/istio-values";
import { EXISTING, PINNED } from "./observability";
import type { ReleaseCase } from "./releases";

const LAYERS: readonly Layer[] = ["cilium", "istio", "otel-collector"];

/** Settings of a mesh with a collector, on real nodes unless told otherwise. */
export function istioSettings(changes: Partial<IstioSettings> = {}): IstioSettings {
    return { cluster: EXISTING, images: PINNED, layers: LAYERS, ...changes };
}

/** On the simulated cluster, with images of a mirror, and nobody to send spans to. */
export const SIMULATED_ISTIO = istioSettings({
    cluster: { provider: "kwok", name: "hearth-full", workers: 2, cni: "cilium" },
    images: { overrides: {}, registries: { "docker.io": "mirror.example/hub" }, byTagOnly: true },
    layers: ["cilium", "istio"],
});

const inMesh = (
    chart: "base" | "istiod" | "cni" | "ztunnel",
    rest: Pick<ReleaseCase, "title" | "values">,
): ReleaseCase => ({
    chart,
    release: chart === "base" || chart === "cni" ? `istio-${chart}` : chart,
    namespace: "istio-system",
    ...rest,
});

/** The releases of the mesh, with the values that the program gives them. */
export const MESH_RELEASES: readonly ReleaseCase[] = [
    {
        title: `gateway-api ${chartSpec("gateway-api").version}`,
        chart: "gateway-api",
        release: "gateway-api",
        namespace: "kube-system",
        values: {},
        // Policies of the way from a gateway to its backends, which nothing of the platform uses.
        notReliedOn: ["CustomResourceDefinition"],
    },
    {
        ...inMesh("base", { title: "istio-base", values: baseValues(istioSettings()) }),
        // Kinds for routing, sidecars and plugins, which nothing of the platform uses.
        notReliedOn: ["CustomResourceDefinition"],
    },
    {
        ...inMesh("istiod", { title: "istiod", values: istiodValues(istioSettings()) }),
        // A copy of the values, for people.
        notReliedOn: ["ConfigMap"],
    },
    {
        ...inMesh("istiod", {
            title: "istiod, where none runs, with images of a mirror",
            values: istiodValues(SIMULATED_ISTIO),
        }),
        notReliedOn: ["ConfigMap"],
    },
    inMesh("cni", { title: "istio-cni", values: cniValues(istioSettings()) }),
    inMesh("ztunnel", { title: "ztunnel", values: ztunnelValues(istioSettings()) }),
];
