import assert from "node:assert/strict";
import { parseImage, type ImageRef } from "../../../components/config/images";
import { quantityBytes } from "../../../components/core/quantity";
import {
    postgresqlServices,
    postgresqlStatefulSet,
    SERVER_ARGUMENTS,
} from "../../../components/database/postgresql-manifests";

const image = (reference: string): ImageRef => parseImage(reference) ?? assert.fail(reference);
const SET = JSON.parse(
    JSON.stringify(
        postgresqlStatefulSet({
            image: image("docker.io/library/postgres:17.6"),
            exporterImage: image("quay.io/prometheuscommunity/postgres-exporter:v0.17.1"),
            size: "2Gi",
            configChecksum: "c1",
            verifiers: { name: "postgresql-verifiers", checksum: "c2" },
            exporter: { name: "postgresql-exporter", role: "hearth_exporter", checksum: "c3" },
        }),
    ),
);
const POD = SET.spec.template.spec;

interface Container {
    readonly name: string;
    readonly image: string;
    readonly command?: readonly string[];
    readonly env?: readonly { readonly name: string; readonly value?: string }[];
    readonly readinessProbe: unknown;
    readonly resources: {
        readonly requests: Readonly<Record<string, string>>;
        readonly limits: Readonly<Record<string, string>>;
    };
    readonly securityContext: Readonly<Record<string, unknown>>;
    readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[];
}

const CONTAINERS: readonly Container[] = POD.containers;
const named = (name: string): Container => CONTAINERS.find((container) => container.name === name) ?? assert.fail(name);

describe("postgresqlStatefulSet", () => {
    it("runs server, roles and exporter, each with probes, requests and a memory limit, none with a CPU limit", () => {
        assert.deepEqual(
            CONTAINERS.map(({ name }) => name),
            ["postgresql", "roles", "exporter"],
        );
        for (const { readinessProbe, resources } of CONTAINERS) {
            assert.ok(readinessProbe !== undefined);
            assert.ok(
                quantityBytes(resources.requests["memory"] ?? "") < quantityBytes(resources.limits["memory"] ?? ""),
            );
            assert.ok(resources.requests["cpu"] !== undefined);
            assert.equal(resources.limits["cpu"], undefined);
        }
    });

    it("passes Pod Security level restricted in every container", () => {
        assert.equal(POD.securityContext.runAsUser, 999);
        assert.equal(POD.securityContext.runAsNonRoot, true);
        assert.equal(POD.automountServiceAccountToken, false);
        for (const { securityContext } of CONTAINERS) {
            assert.equal(securityContext["allowPrivilegeEscalation"], false);
            assert.equal(securityContext["readOnlyRootFilesystem"], true);
            assert.deepEqual(securityContext["capabilities"], { drop: ["ALL"] });
            assert.deepEqual(securityContext["seccompProfile"], { type: "RuntimeDefault" });
        }
    });

    it("gives each container only the Secret that it reads, as files", () => {
        const secrets = ["verifiers", "exporter"];
        const mounted = (name: string): readonly string[] =>
            named(name)
                .volumeMounts.map((mount) => mount.name)
                .filter((mount) => secrets.includes(mount));
        assert.deepEqual(mounted("postgresql"), []);
        assert.deepEqual(mounted("roles"), ["verifiers"]);
        assert.deepEqual(mounted("exporter"), ["exporter"]);
        assert.doesNotMatch(JSON.stringify(SET), /secretKeyRef/);
    });

    it("shares the superuser's socket with the roles' container only", () => {
        const sharing = CONTAINERS.filter(({ volumeMounts }) => volumeMounts.some(({ name }) => name === "socket"));
        assert.deepEqual(
            sharing.map(({ name }) => name),
            ["postgresql", "roles"],
        );
    });

    it("mounts only volumes that exist, and claims the data's", () => {
        const volumes = [
            ...POD.volumes.map(({ name }: { name: string }) => name),
            ...SET.spec.volumeClaimTemplates.map(({ metadata }: { metadata: { name: string } }) => metadata.name),
        ];
        for (const { volumeMounts } of CONTAINERS) {
            for (const { name } of volumeMounts) assert.ok(volumes.includes(name), name);
        }
        assert.equal(SET.spec.volumeClaimTemplates[0].spec.resources.requests.storage, "2Gi");
        const data = named("postgresql").env?.find(({ name }) => name === "PGDATA")?.value ?? "";
        assert.match(data, /^\/var\/lib\/postgresql\/data\/./);
    });

    it("rolls with configuration, verifiers and the exporter's password", () => {
        assert.deepEqual(SET.spec.template.metadata.annotations, {
            "hearth.dev/config": "c1",
            "hearth.dev/verifiers": "c2",
            "hearth.dev/exporter": "c3",
        });
    });

    it("stores new passwords as SCRAM and listens where pods can reach it", () => {
        assert.ok(SERVER_ARGUMENTS.includes("password_encryption=scram-sha-256"));
        assert.ok(SERVER_ARGUMENTS.includes("listen_addresses=*"));
        assert.ok(SERVER_ARGUMENTS.includes("hba_file=/etc/hearth/config/pg_hba.conf"));
    });

    it("lets the exporter read the server of its own pod", () => {
        const env = Object.fromEntries((named("exporter").env ?? []).map(({ name, value }) => [name, value]));
        assert.deepEqual(env, {
            DATA_SOURCE_URI: "127.0.0.1:5432/postgres?sslmode=disable",
            DATA_SOURCE_USER: "hearth_exporter",
            DATA_SOURCE_PASS_FILE: "/etc/hearth/exporter/password",
        });
    });
});

describe("postgresqlServices", () => {
    const { sql, metrics } = JSON.parse(JSON.stringify(postgresqlServices()));

    it("serves SQL and metrics inside the cluster only", () => {
        assert.deepEqual([sql.metadata.name, sql.spec.ports[0].port], ["postgresql", 5432]);
        assert.deepEqual([metrics.metadata.name, metrics.spec.ports[0].port], ["postgresql-metrics", 9187]);
        for (const { spec } of [sql, metrics]) assert.equal(spec.type, "ClusterIP");
    });

    it("has Prometheus scrape the metrics and not the SQL port", () => {
        assert.equal(metrics.metadata.annotations["prometheus.io/scrape"], "true");
        assert.equal(metrics.metadata.annotations["prometheus.io/port"], "9187");
        assert.equal(sql.metadata.annotations["prometheus.io/scrape"], undefined);
    });
});
