import { readFileSync } from "node:fs";
import { join } from "node:path";
import type * as pulumi from "@pulumi/pulumi";
import { StatefulSet } from "@pulumi/kubernetes/apps/v1/statefulSet";
import { ConfigMap } from "@pulumi/kubernetes/core/v1/configMap";
import { Service } from "@pulumi/kubernetes/core/v1/service";
import { ServiceAccount } from "@pulumi/kubernetes/core/v1/serviceAccount";
import { formatImage, resolveImage } from "../config/images";
import { namespaceName } from "../config/namespaces";
import type { PlatformConfig } from "../config/schema";
import { HearthComponent } from "../core/component";
import { checksum } from "../core/hash";
import { labels } from "../core/labels";
import { workloadRollout, type Rollout } from "../core/rollout";
import type { Namespaces } from "../namespaces/namespaces";
import type { Credentials } from "../secrets/credentials";
import { pgHba } from "./hba";
import {
    CONFIG_MAP,
    POSTGRESQL,
    POSTGRESQL_PORTS,
    postgresqlServices,
    postgresqlStatefulSet,
} from "./postgresql-manifests";
import { postgresInitSql } from "./roles-sql";

export interface PostgreSqlArgs {
    readonly config: Pick<PlatformConfig, "images" | "sizes" | "databases">;
    readonly namespaces: Namespaces;
    readonly credentials: Credentials;
}

/** Names of the roles that are not owners of databases. */
export interface ServiceRoles {
    readonly superuser: string;
    readonly exporter: string;
}

/** Content of the ConfigMap: how the server starts, who may connect, and what roles and databases there are. */
export function postgresqlConfig(databases: readonly string[], roles: ServiceRoles): Readonly<Record<string, string>> {
    const script = (name: string): string => readFileSync(join(__dirname, "scripts", name), "utf8");
    return {
        "start.sh": script("start.sh"),
        "roles.sh": script("roles.sh"),
        "roles.sql": postgresInitSql({ databases, exporter: roles.exporter }),
        "pg_hba.conf": pgHba(roles),
    };
}

/**
 * PostgreSQL: one server, and per configured database a role of the same name that owns it and alone may connect.
 *
 * A container beside the server brings roles and databases into the configured state at each start of the pod, and
 * the pod rolls when they or their passwords change. So a database that is added later is made on the living
 * volume, which the image's own init scripts cannot do, and a changed password takes effect. Nobody needs the
 * superuser's password for it, and no password enters the pod but the exporter's: the server gets SCRAM verifiers.
 */
export class PostgreSql extends HearthComponent {
    public static readonly __pulumiType = "hearth:database:PostgreSql" as const;

    /** Host name of the server in the cluster. */
    public readonly host = `${POSTGRESQL}.${namespaceName("database")}.svc`;
    public readonly port = POSTGRESQL_PORTS.sql;
    /** What the readiness gate watches. */
    public readonly rollout: Rollout;

    public constructor(name: string, args: PostgreSqlArgs, opts?: pulumi.ComponentResourceOptions) {
        const { config, namespaces, credentials } = args;
        const image = resolveImage("postgresql", config.images);
        super(PostgreSql.__pulumiType, name, { image: formatImage(image), databases: config.databases }, opts);

        const namespace = namespaces.of("database");
        const [verifiers, exporter] = [credentials.of("postgresql-verifiers"), credentials.of("postgresql-exporter")];
        const metadata = (own: string) => ({
            name: own,
            namespace: namespaceName("database"),
            labels: { ...labels(POSTGRESQL, "database") },
        });
        const data = postgresqlConfig(config.databases, credentials.roles);
        const configMap = new ConfigMap(
            this.childName("config"),
            { metadata: metadata(CONFIG_MAP), data },
            this.child({ dependsOn: [namespace] }),
        );
        const account = new ServiceAccount(
            this.childName("account"),
            { metadata: metadata(POSTGRESQL), automountServiceAccountToken: false },
            this.child({ dependsOn: [namespace] }),
        );
        for (const [role, service] of Object.entries(postgresqlServices())) {
            new Service(this.childName(role), service, this.child({ dependsOn: [namespace] }));
        }
        const server = new StatefulSet(
            this.childName("server"),
            postgresqlStatefulSet({
                image,
                exporterImage: resolveImage("postgres-exporter", config.images),
                size: config.sizes["postgresql"],
                configChecksum: checksum(data),
                verifiers,
                exporter: { ...exporter, role: credentials.roles.exporter },
            }),
            this.child({ dependsOn: [configMap, account, verifiers.resource, exporter.resource] }),
        );
        this.rollout = workloadRollout(server);
        this.registerOutputs({ host: this.host, port: this.port });
    }
}
