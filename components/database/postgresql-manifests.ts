import type * as pulumi from "@pulumi/pulumi";
import type { StatefulSetArgs } from "@pulumi/kubernetes/apps/v1/statefulSet";
import type { ServiceArgs } from "@pulumi/kubernetes/core/v1/service";
import { formatImage, type ImageRef } from "../config/images";
import { namespaceName } from "../config/namespaces";
import { SKIP_AWAIT } from "../core/await";
import { labels, selector } from "../core/labels";
import { resources } from "../core/quantity";
import { RESTRICTED_CONTAINER, restrictedPod } from "../core/security";
import { ROLES_PATHS } from "./roles-sql";

/** Name of PostgreSQL's workload, Service and ServiceAccount. */
export const POSTGRESQL = "postgresql";

/** Name of the ConfigMap with the scripts. */
export const CONFIG_MAP = "postgresql-config";

export const POSTGRESQL_PORTS = { sql: 5432, metrics: 9187 } as const;

/** User `postgres` of the official Debian image. */
const USER = 999;

const DATA = "/var/lib/postgresql/data";
const PGDATA = `${DATA}/pgdata`;
const SOCKET = "/var/run/postgresql";
const ROLES_DONE = "/tmp/roles-done";

/** 45 MB at rest (17.12, on kind) and about 5 MB per connection; no CPU limit: with 150m a start took 87 s (the predecessor). */
const SERVER_RESOURCES = resources("100m", "128Mi", "512Mi");
/** A sleeping shell; psql for a moment. */
const ROLES_RESOURCES = resources("10m", "16Mi", "64Mi");
const EXPORTER_RESOURCES = resources("10m", "32Mi", "96Mi");

/** Arguments of the server; its other settings are PostgreSQL's defaults. */
export const SERVER_ARGUMENTS: readonly string[] = Object.entries({
    listen_addresses: "*",
    unix_socket_directories: SOCKET,
    hba_file: `${ROLES_PATHS.config}/pg_hba.conf`,
    password_encryption: "scram-sha-256",
    // A quarter of what the container usually uses; the default of 128MB alone would be the request.
    shared_buffers: "64MB",
    // The default of 1GB would fill half of the volume with write-ahead log.
    max_wal_size: "256MB",
}).flatMap(([name, value]) => ["-c", `${name}=${value}`]);

export interface PostgreSqlManifestArgs {
    readonly image: ImageRef;
    readonly exporterImage: ImageRef;
    /** Size of the volume. */
    readonly size: string;
    /** Checksum of the ConfigMap's content. */
    readonly configChecksum: string;
    readonly verifiers: { readonly name: string; readonly checksum: pulumi.Input<string> };
    readonly exporter: { readonly name: string; readonly role: string; readonly checksum: pulumi.Input<string> };
}

/**
 * PostgreSQL, with two containers beside the server: one that keeps roles and databases as configured, and the
 * exporter. The pod is ready when all three are, so a Service never leads to a server without its databases.
 */
export function postgresqlStatefulSet(args: PostgreSqlManifestArgs): StatefulSetArgs {
    return {
        metadata: {
            name: POSTGRESQL,
            namespace: namespaceName("database"),
            labels: { ...labels(POSTGRESQL, "database") },
            annotations: SKIP_AWAIT,
        },
        spec: {
            serviceName: POSTGRESQL,
            replicas: 1,
            // With the default, a pod that cannot start (a wrong image) is never replaced by a corrected one.
            podManagementPolicy: "Parallel",
            selector: { matchLabels: selector(POSTGRESQL) },
            template: {
                metadata: {
                    labels: { ...labels(POSTGRESQL, "database") },
                    annotations: {
                        "hearth.dev/config": args.configChecksum,
                        "hearth.dev/verifiers": args.verifiers.checksum,
                        "hearth.dev/exporter": args.exporter.checksum,
                    },
                },
                spec: {
                    serviceAccountName: POSTGRESQL,
                    automountServiceAccountToken: false,
                    enableServiceLinks: false,
                    securityContext: restrictedPod(USER),
                    containers: [serverContainer(args), rolesContainer(args), exporterContainer(args)],
                    volumes: [
                        { name: "config", configMap: { name: CONFIG_MAP } },
                        { name: "verifiers", secret: { secretName: args.verifiers.name, defaultMode: 0o440 } },
                        { name: "exporter", secret: { secretName: args.exporter.name, defaultMode: 0o440 } },
                        { name: "socket", emptyDir: { medium: "Memory", sizeLimit: "1Mi" } },
                        { name: "tmp", emptyDir: {} },
                        { name: "roles-tmp", emptyDir: {} },
                    ],
                },
            },
            volumeClaimTemplates: [
                {
                    metadata: { name: "data", labels: { ...labels(POSTGRESQL, "database") } },
                    spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: args.size } } },
                },
            ],
        },
    };
}

const CONFIG_MOUNT = { name: "config", mountPath: ROLES_PATHS.config, readOnly: true };
const SOCKET_MOUNT = { name: "socket", mountPath: SOCKET };

function serverContainer({ image }: PostgreSqlManifestArgs) {
    // Over TCP, as clients come.
    const isReady = { command: ["pg_isready", "--quiet", "--host=127.0.0.1", "--username=postgres"] };
    return {
        name: POSTGRESQL,
        image: formatImage(image),
        command: ["bash", `${ROLES_PATHS.config}/start.sh`, ...SERVER_ARGUMENTS],
        env: [{ name: "PGDATA", value: PGDATA }],
        ports: [{ name: "sql", containerPort: POSTGRESQL_PORTS.sql }],
        // Up to ten minutes for recovery after a crash; a start takes 2 seconds.
        startupProbe: { exec: isReady, periodSeconds: 1, failureThreshold: 600 },
        readinessProbe: { exec: isReady, periodSeconds: 5 },
        livenessProbe: { tcpSocket: { port: "sql" }, periodSeconds: 10, failureThreshold: 6 },
        // A plain SIGTERM waits until the last client has gone, that is, until it is killed.
        lifecycle: {
            preStop: { exec: { command: ["pg_ctl", "stop", `--pgdata=${PGDATA}`, "--mode=fast", "--no-wait"] } },
        },
        resources: SERVER_RESOURCES,
        securityContext: RESTRICTED_CONTAINER,
        volumeMounts: [
            CONFIG_MOUNT,
            SOCKET_MOUNT,
            { name: "data", mountPath: DATA },
            { name: "tmp", mountPath: "/tmp" },
        ],
    };
}

function rolesContainer({ image }: PostgreSqlManifestArgs) {
    return {
        name: "roles",
        image: formatImage(image),
        command: ["bash", `${ROLES_PATHS.config}/roles.sh`, `${ROLES_PATHS.config}/roles.sql`, ROLES_DONE],
        env: [{ name: "PGHOST", value: SOCKET }],
        readinessProbe: { exec: { command: ["test", "-f", ROLES_DONE] }, periodSeconds: 2 },
        resources: ROLES_RESOURCES,
        securityContext: RESTRICTED_CONTAINER,
        volumeMounts: [
            CONFIG_MOUNT,
            SOCKET_MOUNT,
            { name: "verifiers", mountPath: ROLES_PATHS.verifiers, readOnly: true },
            { name: "roles-tmp", mountPath: "/tmp" },
        ],
    };
}

function exporterContainer({ exporterImage, exporter }: PostgreSqlManifestArgs) {
    return {
        name: "exporter",
        image: formatImage(exporterImage),
        env: [
            { name: "DATA_SOURCE_URI", value: `127.0.0.1:${POSTGRESQL_PORTS.sql}/postgres?sslmode=disable` },
            { name: "DATA_SOURCE_USER", value: exporter.role },
            { name: "DATA_SOURCE_PASS_FILE", value: "/etc/hearth/exporter/password" },
        ],
        ports: [{ name: "metrics", containerPort: POSTGRESQL_PORTS.metrics }],
        readinessProbe: { tcpSocket: { port: "metrics" }, periodSeconds: 2 },
        resources: EXPORTER_RESOURCES,
        securityContext: RESTRICTED_CONTAINER,
        volumeMounts: [{ name: "exporter", mountPath: "/etc/hearth/exporter", readOnly: true }],
    };
}

/** The Services of PostgreSQL: SQL for its clients, metrics for Prometheus, which finds them by the annotations. */
export function postgresqlServices(): Readonly<Record<"sql" | "metrics", ServiceArgs>> {
    const service = (name: string, port: "sql" | "metrics", annotations: Record<string, string>): ServiceArgs => ({
        metadata: {
            name,
            namespace: namespaceName("database"),
            labels: { ...labels(POSTGRESQL, port) },
            annotations: { ...SKIP_AWAIT, ...annotations },
        },
        spec: {
            type: "ClusterIP",
            selector: selector(POSTGRESQL),
            ports: [{ name: port, port: POSTGRESQL_PORTS[port], targetPort: port }],
        },
    });
    return {
        sql: service(POSTGRESQL, "sql", {}),
        metrics: service(`${POSTGRESQL}-metrics`, "metrics", {
            "prometheus.io/scrape": "true",
            "prometheus.io/port": String(POSTGRESQL_PORTS.metrics),
        }),
    };
}
