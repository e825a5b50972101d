import type { Layer } from "../config/layers";
import { DEMO_NAMESPACE } from "../config/demo";
import { namespaceName, type ApplicationNamespaceId, type NamespaceId } from "../config/namespaces";
import { labels } from "../core/labels";

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
    | "postgresql-exporter"
    | "argocd-secret"
    | "argocd-redis"
    | "demo-database";

/** One Secret: where it is, who reads it, and what it holds. */
export interface SecretSpec {
    readonly id: SecretId;
    readonly namespace: NamespaceId | ApplicationNamespaceId;
    /** The Secret exists when all of these are on. */
    readonly layers: readonly Layer[];
    /** It exists with the demo only. Default false. */
    readonly demo?: boolean;
    /** The one reader that it is made for. */
    readonly reader: string;
    /** Keys of its data; `databases` stands for one key per configured database. */
    readonly keys: readonly string[] | "databases";
    /** `app.kubernetes.io/part-of`, where the reader finds the Secret by it. Default hearth. */
    readonly partOf?: string;
    /** The reader writes into it, too. What it adds stays; what it changes is changed back. Default false. */
    readonly shared?: boolean;
}

interface SecretMetadata {
    readonly name: string;
    readonly namespace: string;
    readonly labels: Record<string, string>;
    readonly annotations?: Record<string, string>;
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
    {
        id: "argocd-secret",
        namespace: "gitops",
        layers: ["argocd"],
        reader: "Argo CD's server, which adds its certificate",
        keys: ["admin.password", "admin.passwordMtime", "server.secretkey"],
        partOf: "argocd",
        shared: true,
    },
    {
        id: "argocd-redis",
        namespace: "gitops",
        layers: ["argocd"],
        reader: "Argo CD's Redis and the parts that use it",
        keys: ["auth"],
    },
    {
        id: "demo-database",
        namespace: `application-${DEMO_NAMESPACE}`,
        layers: ["postgresql"],
        demo: true,
        reader: "the demo's backend",
        keys: ["password"],
    },
];

/** The Secrets of the layers that are on, and of the demo if that is, in the table's order. */
export function secretsOf(layers: readonly Layer[], demo = false): readonly SecretSpec[] {
    return SECRETS.filter(
        (spec) => spec.layers.every((layer) => layers.includes(layer)) && (demo || spec.demo !== true),
    );
}

/** The row of one Secret; the id's type makes a miss impossible. */
export function secretSpec(id: SecretId): SecretSpec {
    const found = SECRETS.find((spec) => spec.id === id);
    if (found === undefined) throw new Error(`there is no Secret ${id}`);
    return found;
}

/** Metadata of a Secret as Kubernetes wants it. */
export function secretMetadata({ id, namespace, partOf, shared = false }: SecretSpec): SecretMetadata {
    return {
        name: id,
        namespace: namespaceName(namespace),
        labels: { ...labels(id), ...(partOf === undefined ? {} : { "app.kubernetes.io/part-of": partOf }) },
        // What the reader has changed is set back, instead of being a conflict that the run ends with.
        ...(shared ? { annotations: { "pulumi.com/patchForce": "true" } } : {}),
    };
}

/** `namespace/name` of a Secret, as people and `kubectl` name it. */
export function secretPath(id: SecretId): string {
    return `${namespaceName(secretSpec(id).namespace)}/${id}`;
}

/** PostgreSQL role of the exporter; the settings' gate keeps databases from having this name. */
export const EXPORTER_ROLE = "hearth_exporter";

/** Argo CD's one user. */
export const ARGOCD_USER = "admin";

/** PostgreSQL's superuser. */
export const SUPERUSER = "postgres";
