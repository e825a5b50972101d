import { stringify } from "yaml";
import { resolveImage } from "../config/images";
import type { PlatformConfig } from "../config/schema";
import { resources } from "../core/quantity";
import type { Values } from "../core/release";
import { RESTRICTED_CONTAINER, restrictedPod } from "../core/security";
import { TEMPO_PORT } from "./addresses";
import { taggedImage } from "./chart-images";
import type { ObjectStore } from "./object-store";
import { scraped } from "./scraped";
import type { ConsumedSecret } from "./secrets";
import { tempoConfig, type TempoSettings } from "./tempo-config";

export interface TempoConnections {
    readonly store: ObjectStore;
    /** Holds AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY of a key that reaches Tempo's bucket. */
    readonly secret: ConsumedSecret;
}

/** Unprivileged user of Tempo's image. */
const USER = 10001;

const MEMORY_LIMIT_MIB = 768;

/** Values for the chart `tempo`: one process that does everything, blocks in Garage. */
export function tempoValues(
    settings: TempoSettings & Pick<PlatformConfig, "images" | "sizes">,
    { store, secret }: TempoConnections,
): Values {
    const ready = { httpGet: { path: "/ready", port: TEMPO_PORT } };
    return {
        fullnameOverride: "tempo",
        replicas: 1,
        config: stringify(tempoConfig(settings, store), { lineWidth: 0 }),
        tempo: {
            ...taggedImage("tempo", resolveImage("tempo", settings.images)),
            // The ballast kept old garbage collectors quiet; GOMEMLIMIT does it better.
            memBallastSizeMbs: 0,
            extraEnv: [{ name: "GOMEMLIMIT", value: `${Math.floor(MEMORY_LIMIT_MIB * 0.8)}MiB` }],
            extraEnvFrom: [{ secretRef: { name: secret.name } }],
            // Gives the pod a writable /tmp; what the generator does is said in `config`.
            metricsGenerator: { enabled: true },
            receivers: { jaeger: { protocols: NO_JAEGER } },
            readinessProbe: { ...ready, initialDelaySeconds: 1, periodSeconds: 2, failureThreshold: 3 },
            livenessProbe: { ...ready, initialDelaySeconds: 60, failureThreshold: 10 },
            securityContext: RESTRICTED_CONTAINER,
            resources: resources("50m", "192Mi", `${MEMORY_LIMIT_MIB}Mi`),
        },
        securityContext: restrictedPod(USER),
        serviceAccount: { automountServiceAccountToken: false },
        persistence: { enabled: true, size: settings.sizes.tempo },
        podAnnotations: { ...scraped(TEMPO_PORT), "hearth.dev/secret": secret.checksum },
    };
}

/** The chart's Service has a port for each of these that has an address, and fails when one is missing. */
const NO_JAEGER = Object.fromEntries(
    ["grpc", "thrift_binary", "thrift_compact", "thrift_http"].map((protocol) => [protocol, { endpoint: "" }]),
);
