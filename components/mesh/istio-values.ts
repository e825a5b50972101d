import { formatImage, resolveImage } from "../config/images";
import type { Layer } from "../config/layers";
import { namespaceName } from "../config/namespaces";
import { isSimulated, type PlatformConfig } from "../config/schema";
import type { ImageId } from "../config/versions";
import { resources } from "../core/quantity";
import type { Values } from "../core/release";

/** What the values of Istio's charts depend on. */
export type IstioSettings = Pick<PlatformConfig, "cluster" | "images" | "layers">;

/** Name under which a Telemetry object selects the collector. */
export const TRACING_PROVIDER = "otel-tracing";

/** Profile of all four charts: no sidecars, ztunnel on every node, waypoints where they are asked for. */
const PROFILE = { profile: "ambient" };

/** The collector's Service, by the name that istiod's registry knows; a shorter one is not found there. */
const COLLECTOR = { service: `otel-collector.${namespaceName("nodeAgents")}.svc.cluster.local`, port: 4317 };

const SECCOMP = { type: "RuntimeDefault" };

/**
 * Values for the chart `base`: Istio's kinds, and the webhook that checks their objects.
 *
 * On the simulated cluster no istiod runs that would answer the webhook: every object would wait for its time-out, and
 * be refused after the chart's first upgrade, which sets the webhook's failurePolicy to Fail.
 */
export function baseValues(settings: Pick<IstioSettings, "cluster">): Values {
    return { ...PROFILE, defaultRevision: isSimulated(settings) ? "" : "default" };
}

/**
 * Values for the chart `istiod`. Istio itself sends nothing home: its programs talk to the API server, to each other
 * and to what they are told to.
 */
export function istiodValues(settings: IstioSettings): Values {
    return {
        ...PROFILE,
        image: image("istio-pilot", settings),
        autoscaleEnabled: false,
        replicaCount: 1,
        // Around 75 MiB are in use with few Services; the chart asks for 500m and 2 GiB.
        resources: resources("50m", "192Mi", "512Mi"),
        seccompProfile: SECCOMP,
        global: {
            // One replica: a budget would only block drains.
            defaultPodDisruptionBudget: { enabled: false },
            logAsJson: true,
            configValidation: !isSimulated(settings),
            proxy: { image: image("istio-proxy", settings) },
            waypoint: {
                resources: {
                    requests: { cpu: "20m", memory: "64Mi" },
                    // Of its own: the chart's 2 CPUs, which Envoy takes for its number of threads, and 1 GiB.
                    limits: { cpu: "2", memory: "256Mi" },
                },
            },
        },
        // Without it waypoints fail Pod Security level `restricted`, which all else of their template passes.
        gateways: { seccompProfile: SECCOMP },
        meshConfig: meshConfig(settings.layers),
    };
}

function meshConfig(layers: readonly Layer[]): Values {
    const collector: Layer = "otel-collector";
    return {
        accessLogFile: "/dev/stdout",
        accessLogEncoding: "JSON",
        // Policies compare paths as texts. By default `//admin` and `/x%2F..%2Fadmin` would not be `/admin`, and
        // the application behind might think otherwise.
        pathNormalization: { normalization: "DECODE_AND_MERGE_SLASHES" },
        ...(layers.includes(collector)
            ? {
                  enableTracing: true,
                  extensionProviders: [{ name: TRACING_PROVIDER, opentelemetry: COLLECTOR }],
              }
            : {}),
    };
}

/** Values for the chart `cni`, whose agent moves pods of enrolled namespaces into the mesh. */
export function cniValues(settings: IstioSettings): Values {
    return {
        ...PROFILE,
        image: image("istio-cni", settings),
        global: { logAsJson: true },
        ambient: {
            // Clusters of Hearth are IPv4; without this, every pod gets rules for ip6tables as well.
            ipv6: false,
            // Pods ask the cluster's DNS themselves, so that the rules about who may hold for the pod that asks.
            // ztunnel's own answers are needed for ServiceEntries only, of which the platform has none.
            dnsCapture: false,
            // After an upgrade of the agent, pods that are there already get the new rules.
            reconcileIptablesOnStartup: true,
        },
        // It repairs pods with sidecars, and there are none.
        repair: { enabled: false },
        resources: resources("20m", "64Mi", "256Mi"),
    };
}

/**
 * Values for the chart `ztunnel`. Its objects are called `ztunnel` whatever the release is called, and istiod trusts
 * that ServiceAccount in its own namespace only (istio/istio#56550).
 */
export function ztunnelValues(settings: IstioSettings): Values {
    return {
        ...PROFILE,
        image: image("istio-ztunnel", settings),
        logAsJson: true,
        // Around 10 MiB are in use with few pods; the chart asks for 200m and 512 MiB on every node.
        resources: resources("20m", "64Mi", "256Mi"),
        // Seconds that open connections get when it is replaced.
        terminationGracePeriodSeconds: 5,
    };
}

/** The charts take a text with a slash for a whole reference. */
function image(id: ImageId, { images }: Pick<IstioSettings, "images">): string {
    return formatImage(resolveImage(id, images));
}
