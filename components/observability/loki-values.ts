import { resolveImage } from "../config/images";
import { hasLayer, type PlatformConfig } from "../config/schema";
import { resources } from "../core/quantity";
import type { Values } from "../core/release";
import { RESTRICTED_CONTAINER, restrictedPod } from "../core/security";
import { clusterUrl, LOKI_PORT, personalUrl } from "./addresses";
import { taggedImage } from "./chart-images";
import type { ObjectStore } from "./object-store";
import { scraped } from "./scraped";
import type { ConsumedSecret } from "./secrets";

/** The slice of stack config that decides how Loki runs. */
export type LokiSettings = Pick<PlatformConfig, "cluster" | "images" | "layers" | "ports" | "retentionHours" | "sizes">;

/** What Loki needs beside the settings. */
export interface LokiConnections {
    readonly store: ObjectStore;
    /** Holds AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY of a key that reaches Loki's buckets. */
    readonly secret: ConsumedSecret;
}

/** Unprivileged user of Loki's image. */
const USER = 10001;

const GRPC_PORT = 9095;

/** Folder of the volume: write-ahead log, index on its way, and the compactor's work. */
const DATA = "/var/loki";

/** Values for the chart `loki`: one process that does everything, chunks and rules in Garage. */
export function lokiValues(settings: LokiSettings, { store, secret }: LokiConnections): Values {
    const { registry, repository, tag } = taggedImage("loki", resolveImage("loki", settings.images));
    return {
        fullnameOverride: "loki",
        deploymentMode: "SingleBinary",
        loki: {
            image: { registry, repository, tag },
            ...lokiConfig(settings, store),
            enableServiceLinks: false,
            podSecurityContext: restrictedPod(USER),
            containerSecurityContext: RESTRICTED_CONTAINER,
            // With the chart's 15 s before the first look, a quick start would not count.
            readinessProbe: {
                httpGet: { path: "/ready", port: "http-metrics" },
                initialDelaySeconds: 1,
                periodSeconds: 2,
                timeoutSeconds: 2,
            },
            // Loki waits for Garage (see `s3`) before it answers anything.
            startupProbe: {
                httpGet: { path: "/loki/api/v1/status/buildinfo", port: "http-metrics" },
                periodSeconds: 1,
                failureThreshold: 600,
            },
        },
        singleBinary: {
            replicas: 1,
            automountServiceAccountToken: false,
            extraEnvFrom: [{ secretRef: { name: secret.name } }],
            persistence: { enabled: true, size: settings.sizes.loki },
            podAnnotations: { ...scraped(LOKI_PORT), "hearth.dev/secret": secret.checksum },
            // Idle 90 MB here; a query over a day of logs takes the rest.
            resources: resources("50m", "192Mi", "768Mi"),
        },
        serviceAccount: { automountServiceAccountToken: false },
        // Only a sidecar that watches ConfigMaps would need the API; without this the chart makes an empty ClusterRole.
        rbac: { namespaced: true },
        ...EVERYTHING_ELSE_OFF,
    };
}

/** What the chart adds to Loki by default, and one machine has no use for. */
const EVERYTHING_ELSE_OFF: Values = {
    read: { replicas: 0 },
    write: { replicas: 0 },
    backend: { replicas: 0 },
    gateway: { enabled: false },
    // The first asks for 10 GB of memory.
    chunksCache: { enabled: false },
    resultsCache: { enabled: false },
    memcachedExporter: { enabled: false },
    lokiCanary: { enabled: false },
    test: { enabled: false },
    minio: { enabled: false },
    monitoring: {
        selfMonitoring: { enabled: false },
        dashboards: { enabled: false },
        rules: { enabled: false },
        serviceMonitor: { enabled: false },
    },
    sidecar: { rules: { enabled: false } },
};

/**
 * The parts of Loki's own configuration that differ from the chart's, under the chart's names.
 *
 * Waiting is taken out of its start: rings of one process need no gossip, no ring member has to prove itself for 15 s
 * (twice, one after the other), and the front end finds its scheduler at once instead of within 10 s. With the
 * defaults Loki took 31 to 47 s to become ready, with these 1.4 s.
 */
function lokiConfig(settings: LokiSettings, store: ObjectStore): Values {
    const atOnce = { min_ready_duration: "0s", final_sleep: "0s" };
    const inMemory = { kvstore: { store: "inmemory" } };
    return {
        auth_enabled: false,
        commonConfig: {
            replication_factor: 1,
            ring: { ...inMemory, instance_addr: "127.0.0.1" },
            // Itself; the chart's default asks the cluster's DNS for Loki's own Service.
            compactor_grpc_address: `127.0.0.1:${GRPC_PORT}`,
        },
        storage: {
            type: "s3",
            bucketNames: { chunks: "loki-chunks", ruler: "loki-ruler" },
            s3: s3(store),
        },
        schemaConfig: {
            configs: [
                {
                    from: "2024-04-01",
                    store: "tsdb",
                    object_store: "s3",
                    schema: "v13",
                    index: { prefix: "loki_index_", period: "24h" },
                },
            ],
        },
        // Phones home by default.
        analytics: { reporting_enabled: false },
        ingester: {
            lifecycler: atOnce,
            chunk_encoding: "snappy",
            // A chunk of a quiet stream reaches Garage after this long; the log of writes covers it until then.
            chunk_idle_period: "10m",
            wal: { flush_on_shutdown: true },
        },
        pattern_ingester: { enabled: true, lifecycler: atOnce },
        frontend: { scheduler_dns_lookup_period: "1s" },
        frontend_worker: { dns_lookup_duration: "1s" },
        compactor: {
            working_directory: `${DATA}/compactor`,
            compaction_interval: "10m",
            retention_enabled: true,
            retention_delete_delay: "10m",
            delete_request_store: "s3",
        },
        limits_config: {
            // Attributes of OTLP logs and trace ids.
            allow_structured_metadata: true,
            volume_enabled: true,
            retention_period: `${settings.retentionHours.logs}h`,
            // The default of 4 MB/s is for one tenant among many.
            ingestion_rate_mb: 32,
            ingestion_burst_size_mb: 64,
        },
        rulerConfig: {
            // Rules are made by its API (`/loki/api/v1/rules`) and kept in the bucket loki-ruler.
            enable_api: true,
            rule_path: `${DATA}/rules-temp`,
            ring: inMemory,
            wal: { dir: `${DATA}/ruler-wal` },
            ...alerting(settings),
        },
    };
}

/** Where alerts of Loki's rules go, and where the link in them leads: to the query in Grafana. */
function alerting(settings: LokiSettings): Values {
    if (!hasLayer(settings, "alertmanager")) return {};
    const grafana = personalUrl(settings, "grafana");
    return {
        alertmanager_url: clusterUrl("alertmanager"),
        enable_alertmanager_v2: true,
        ...(grafana === undefined ? {} : { external_url: grafana, datasource_uid: "loki" }),
    };
}

/** The keys come from the environment: what is in these values ends up in a ConfigMap. */
function s3({ endpoint, region }: ObjectStore): Values {
    return {
        endpoint,
        region,
        s3ForcePathStyle: true,
        insecure: true,
        // Before it is ready Loki reads its list of deletions, and takes "there is none yet" for an error like any
        // other: this is what a first start costs, 2.7 s, where the default pauses of up to 3 s cost as many seconds
        // each. It is also how long Loki waits for a bucket that is yet to be made before it ends and is started
        // anew; for a Garage that does not answer at all it waits 20 s, since each try takes longer.
        backoff_config: { min_period: "100ms", max_period: "300ms", max_retries: 10 },
    };
}
