import fc from "fast-check";
import type { ImageConfig } from "../../components/config/images";
import { DEFAULT_LAYERS, LAYERS, layersOf, REQUIREMENTS, type Layer } from "../../components/config/layers";
import { hostPorts } from "../../components/config/ports";
import type { ClusterConfig, PlatformConfig } from "../../components/config/schema";
import type { Values } from "../../components/core/release";
import { grafanaValues } from "../../components/observability/grafana-values";
import { lokiValues } from "../../components/observability/loki-values";
import { prometheusValues } from "../../components/observability/prometheus-values";
import { tempoValues } from "../../components/observability/tempo-values";
import { kindClusterConfig } from "./kind-config";

export const PINNED: ImageConfig = { overrides: {}, registries: {}, byTagOnly: false };
export const DIGEST = `sha256:${"a".repeat(64)}`;

const KIND = kindClusterConfig({ name: "hearth-dev-fast", nodeImage: "kindest/node:v1.34.3" });

export const EXISTING: ClusterConfig = {
    provider: "existing",
    name: "theirs",
    context: "theirs",
    serviceType: "LoadBalancer",
};

export type ObservabilitySettings = Pick<
    PlatformConfig,
    "applicationNamespaces" | "cluster" | "images" | "layers" | "ports" | "retentionHours" | "runbooks" | "sizes"
>;

/** Settings of a stack on Kind with all of dev-fast's layers, unless told otherwise. */
export function settings(changes: Partial<ObservabilitySettings> = {}): ObservabilitySettings {
    const layers = changes.layers ?? DEFAULT_LAYERS;
    return {
        applicationNamespaces: ["apps"],
        cluster: KIND,
        images: PINNED,
        layers,
        ports: hostPorts(layers, 0),
        retentionHours: { metrics: 24, logs: 48, traces: 72 },
        sizes: {
            prometheus: "5Gi",
            loki: "1Gi",
            tempo: "2Gi",
            "garage-data": "10Gi",
            "garage-meta": "1Gi",
            postgresql: "2Gi",
        },
        ...changes,
    };
}

/** All layers but these. */
export function without(...layers: readonly Layer[]): readonly Layer[] {
    return DEFAULT_LAYERS.filter((layer) => !layers.includes(layer));
}

/** All that a stack can be made of: mode full. */
export const FULL_LAYERS: readonly Layer[] = layersOf({
    layers: LAYERS,
    cni: "cilium",
    gitops: { repository: "" },
});

/** Any set of these layers that the settings' gate lets through. */
export function layerSets(all: readonly Layer[] = DEFAULT_LAYERS): fc.Arbitrary<readonly Layer[]> {
    return fc
        .subarray([...all])
        .map((chosen) =>
            chosen.filter((layer) => REQUIREMENTS.every((need) => need.layer !== layer || chosen.includes(need.needs))),
        );
}

export const STORE = { endpoint: "http://garage.storage.svc:3900", region: "garage" };

/** Values of the four charts. */
export const VALUES = {
    prometheus: (of: ObservabilitySettings): Values => prometheusValues(of, "NodePort"),
    grafana: (of: ObservabilitySettings): Values =>
        grafanaValues(of, { serviceType: "NodePort", secret: secret("grafana-admin"), home: "hearth-platform" }),
    loki: (of: ObservabilitySettings): Values => lokiValues(of, { store: STORE, secret: secret("loki-s3") }),
    tempo: (of: ObservabilitySettings): Values => tempoValues(of, { store: STORE, secret: secret("tempo-s3") }),
} as const;

function secret(name: string): { readonly name: string; readonly checksum: string } {
    return { name, checksum: `checksum-of-${name}` };
}

/** One value by its path, whose keys are joined by `/`; undefined where the path ends early. */
export function at(value: unknown, path: string): unknown {
    return path
        .split("/")
        .reduce<unknown>(
            (inner, key) =>
                inner !== null && typeof inner === "object" ? new Map(Object.entries(inner)).get(key) : undefined,
            value,
        );
}
