import type { Layer } from "../config/layers";
import { namespaceName, type NamespaceId } from "../config/namespaces";

/** Name of a Secret; it is unique across namespaces. */
export type SecretId =
    | "loki-s3"
    | "tempo-s3"
    | "grafana-admin"
    | "garage-metrics"
    | "garage-secrets"
    | "postgresql-superuser"
    | "postgresql-roles"
    | "postgresql-verifiers"
    | "postgresql-exporter";

/** One Secret: where it is, who reads it, and what it holds. */
export interface SecretSpec {
    readonly id: SecretId;
    readonly namespace: NamespaceId;
    /** The Secret exists when all of these are on. */
    readonly layers: readonly Layer[];
    /** The one reader that it is made for. */
    readonly reader: string;
    /** Keys of its data; `databases` stands for one key per configured database. */
    readonly keys: readonly string[] | "databases";
}

const S3_KEYS = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"];

/** Every Secret of the platform. Each reader has one of its own, with no more in it than it needs. */
export const SECRETS: readonly SecretSpec[] = [
    { id: "loki-s3", namespace: "observability", layers: ["loki"], reader: "Loki", keys: S3_KEYS },
    { id: "tempo-s3", namespace: "observability", layers: ["tempo"], reader: "Tempo", keys: S3_KEYS },
    {
        id: "grafana-admin",
        namespace: "observability",
        layers: ["grafana"],
        reader: "Grafana",
        keys: ["admin-user", "admin-password"],
    },
    {
        id: "garage-metrics",
        namespace: "observability",
        layers: ["garage", "prometheus"],
        reader: "Prometheus, to scrape Garage",
        keys: ["token"],
    },
    {
        id: "garage-secrets",
        namespace: "storage",
        layers: ["garage"],
        reader: "Garage",
        keys: ["GARAGE_RPC_SECRET", "GARAGE_ADMIN_TOKEN", "GARAGE_METRICS_TOKEN"],
    },
    {
        id: "postgresql-superuser",
        namespace: "database",
        layers: ["postgresql"],
        reader: "a person; no pod",
        keys: ["password"],
    },
    {
        id: "postgresql-roles",
        namespace: "database",
        layers: ["postgresql"],
        reader: "whoever deploys a service that uses a database",
        keys: "databases",
    },
    {
        id: "postgresql-verifiers",
        namespace: "database",
        layers: ["postgresql"],
        reader: "PostgreSQL's container that keeps its roles as configured",
        keys: ["verifiers.tsv"],
    },
    {
        id: "postgresql-exporter",
        namespace: "database",
        layers: ["postgresql"],
        reader: "PostgreSQL's exporter",
        keys: ["password"],
    },
];

/** The Secrets of the layers that are on, in the table's order. */
export function secretsOf(layers: readonly Layer[]): readonly SecretSpec[] {
    return SECRETS.filter((spec) => spec.layers.every((layer) => layers.includes(layer)));
}

/** The row of one Secret; the id's type makes a miss impossible. */
export function secretSpec(id: SecretId): SecretSpec {
    const found = SECRETS.find((spec) => spec.id === id);
    if (found === undefined) throw new Error(`there is no Secret ${id}`);
    return found;
}

/** `namespace/name` of a Secret, as people and `kubectl` name it. */
export function secretPath(id: SecretId): string {
    return `${namespaceName(secretSpec(id).namespace)}/${id}`;
}

/** PostgreSQL role of the exporter; the settings' gate keeps databases from having this name. */
export const EXPORTER_ROLE = "hearth_exporter";

/** PostgreSQL's superuser. */
export const SUPERUSER = "postgres";
