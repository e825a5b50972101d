import type * as pulumi from "@pulumi/pulumi";
import type { StatefulSetArgs } from "@pulumi/kubernetes/apps/v1/statefulSet";
import type { ServiceArgs } from "@pulumi/kubernetes/core/v1/service";
import { formatImage, type ImageRef } from "../config/images";
import { namespaceName } from "../config/namespaces";
import { SKIP_AWAIT } from "../core/await";
import { checksum } from "../core/hash";
import { labels, selector } from "../core/labels";
import { resources } from "../core/quantity";
import { RESTRICTED_CONTAINER, restrictedPod } from "../core/security";
import { GARAGE_PATHS, GARAGE_PORTS, garageToml, type GarageSizes } from "./garage-config";

/** Name of Garage's workload, Service, ServiceAccount and ConfigMap. */
export const GARAGE = "garage";

/** The image has no user of its own; this is the number that distroless images call nonroot. */
const USER = 65532;

/**
 * Measured with `ENVIRONMENT`: 24 MB at rest and after 140 requests to the admin API (2.4.1), 89 MB after 120 MB of
 * uploads (2.5.0); the rest is for `block_ram_buffer_max` and for tokens that are checked at the same time.
 */
const RESOURCES = resources("50m", "64Mi", "384Mi");

/** Variables that are no secret. */
const ENVIRONMENT: Readonly<Record<string, string>> = {
    GARAGE_CONFIG_FILE: `${GARAGE_PATHS.config}/garage.toml`,
    // Without it, every look of the readiness probe and every request of Loki is a line, which Loki then stores.
    RUST_LOG: "garage=info,garage_api_common=warn",
    // Colours are noise in Loki. Garage 2.4.1 reads the variable the wrong way round (its main.rs).
    NO_COLOR: "0",
    // Each request to the admin API hashes its token in 19 MiB (Argon2). glibc would keep those: a build for glibc
    // grew to 240 MB after ten requests, and was killed. The official build, for musl, ignores the variable.
    MALLOC_MMAP_THRESHOLD_: "1048576",
};

export interface GarageManifestArgs {
    readonly image: ImageRef;
    readonly sizes: GarageSizes;
    readonly secret: { readonly name: string; readonly checksum: pulumi.Input<string> };
}

/** Garage on one node. */
export function garageStatefulSet({ image, sizes, secret }: GarageManifestArgs): StatefulSetArgs {
    return {
        metadata: {
            name: GARAGE,
            namespace: namespaceName("storage"),
            labels: { ...labels(GARAGE, "storage") },
            annotations: SKIP_AWAIT,
        },
        spec: {
            serviceName: GARAGE,
            replicas: 1,
            // With the default, a pod that cannot start (a wrong image) is never replaced by a corrected one.
            podManagementPolicy: "Parallel",
            selector: { matchLabels: selector(GARAGE) },
            template: {
                metadata: {
                    labels: { ...labels(GARAGE, "storage") },
                    annotations: {
                        "hearth.dev/config": checksum(garageToml()),
                        "hearth.dev/secret": secret.checksum,
                    },
                },
                spec: {
                    serviceAccountName: GARAGE,
                    automountServiceAccountToken: false,
                    // Variables such as GARAGE_PORT would stand among those that Garage reads.
                    enableServiceLinks: false,
                    securityContext: restrictedPod(USER),
                    containers: [garageContainer(image, secret.name)],
                    volumes: [{ name: "config", configMap: { name: GARAGE } }],
                },
            },
            volumeClaimTemplates: [claim("meta", sizes["garage-meta"]), claim("data", sizes["garage-data"])],
        },
    };
}

function garageContainer(image: ImageRef, secretName: string) {
    const secret = (key: string) => ({ name: key, valueFrom: { secretKeyRef: { name: secretName, key } } });
    return {
        name: GARAGE,
        image: formatImage(image),
        // The image is FROM scratch and has no entrypoint. --single-node (since 2.3.0) makes the layout by itself.
        command: ["/garage", "server", "--single-node"],
        env: [
            ...Object.entries(ENVIRONMENT).map(([name, value]) => ({ name, value })),
            ...["GARAGE_RPC_SECRET", "GARAGE_ADMIN_TOKEN", "GARAGE_METRICS_TOKEN"].map(secret),
        ],
        ports: [
            { name: "s3", containerPort: GARAGE_PORTS.s3 },
            { name: "admin", containerPort: GARAGE_PORTS.admin },
        ],
        // 503 until the layout stands; needs no token.
        readinessProbe: { httpGet: { path: "/health", port: "admin" }, periodSeconds: 2 },
        livenessProbe: { tcpSocket: { port: "s3" }, periodSeconds: 10, failureThreshold: 6 },
        resources: RESOURCES,
        securityContext: RESTRICTED_CONTAINER,
        volumeMounts: [
            { name: "config", mountPath: GARAGE_PATHS.config, readOnly: true },
            { name: "meta", mountPath: GARAGE_PATHS.meta },
            { name: "data", mountPath: GARAGE_PATHS.data },
        ],
    };
}

function claim(name: string, size: string) {
    return {
        metadata: { name, labels: { ...labels(GARAGE, "storage") } },
        spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: size } } },
    };
}

/**
 * The two Services of Garage: S3 for its consumers, the admin API for bootstrap and metrics. The latter carries no
 * scrape annotation: its metrics want a token, which only a scrape job of their own can give.
 */
export function garageServices(): Readonly<Record<"s3" | "admin", ServiceArgs>> {
    const service = (name: string, port: "s3" | "admin"): ServiceArgs => ({
        metadata: {
            name,
            namespace: namespaceName("storage"),
            labels: { ...labels(GARAGE, port) },
            annotations: SKIP_AWAIT,
        },
        spec: {
            type: "ClusterIP",
            selector: selector(GARAGE),
            ports: [{ name: port, port: GARAGE_PORTS[port], targetPort: port, appProtocol: "http" }],
        },
    });
    return { s3: service(GARAGE, "s3"), admin: service(`${GARAGE}-admin`, "admin") };
}
