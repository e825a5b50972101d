import assert from "node:assert/strict";
import { DEFAULT_LAYERS } from "../../components/config/layers";
import type { PlatformConfig } from "../../components/config/schema";
import { PostgreSql, postgresqlConfig } from "../../components/database/postgresql";
import { Namespaces } from "../../components/namespaces/namespaces";
import { Credentials } from "../../components/secrets/credentials";
import { Harness } from "../helpers/harness";
import { drawn, leaks } from "../helpers/leaks";

const STATEFUL_SET = "kubernetes:apps/v1:StatefulSet";
const CONFIG_MAP = "kubernetes:core/v1:ConfigMap";
const SECRET = "kubernetes:core/v1:Secret";
const SIZES: PlatformConfig["sizes"] = {
    prometheus: "5Gi",
    loki: "1Gi",
    tempo: "1Gi",
    "garage-data": "10Gi",
    "garage-meta": "1Gi",
    postgresql: "2Gi",
};

interface Built {
    readonly harness: Harness;
    readonly postgresql: PostgreSql;
    readonly raw: ReadonlyMap<string, unknown>;
}

async function build(databases: readonly string[] = ["app"], preview = false): Promise<Built> {
    const raw = new Map<string, unknown>();
    const harness = await Harness.start({
        preview,
        outputs: (args) => {
            raw.set(args.name, args.inputs);
            return preview ? {} : drawn(args);
        },
    });
    const config = {
        layers: DEFAULT_LAYERS,
        databases,
        images: { overrides: {}, registries: {}, byTagOnly: false },
        sizes: SIZES,
    };
    const postgresql = await harness.run(() => {
        const namespaces = new Namespaces("namespaces", { config: { ...config, applicationNamespaces: [] } });
        const credentials = new Credentials("credentials", { config, namespaces });
        return new PostgreSql("postgresql", { config, namespaces, credentials });
    });
    return { harness, postgresql, raw };
}

function annotations({ harness }: Built): Readonly<Record<string, string>> {
    const spec = harness.only(STATEFUL_SET).inputs["spec"] as {
        template: { metadata: { annotations: Record<string, string> } };
    };
    return spec.template.metadata.annotations;
}

describe("PostgreSql", () => {
    it("makes server, Services, account and configuration below itself, in its namespace", async () => {
        const { harness, postgresql } = await build();
        const self = harness.only("hearth:database:PostgreSql");
        const own = harness.resources.filter(({ name }) => name.startsWith("postgresql-"));
        assert.deepEqual(own.map(({ name }) => name).sort(), [
            "postgresql-account",
            "postgresql-config",
            "postgresql-metrics",
            "postgresql-server",
            "postgresql-sql",
        ]);
        for (const { parent, inputs } of own) {
            assert.equal(parent, self.urn);
            assert.equal((inputs["metadata"] as { namespace: string }).namespace, "database");
        }
        assert.deepEqual(self.inputs["databases"], ["app"]);
        assert.equal(postgresql.host, "postgresql.database.svc");
        assert.equal(postgresql.port, 5432);
    });

    it("starts the server once what it mounts is there, and waits for nothing else", async () => {
        const { harness } = await build();
        const server = harness.only(STATEFUL_SET);
        const expected = [
            harness.only(CONFIG_MAP, "postgresql-config").urn,
            harness.only("kubernetes:core/v1:ServiceAccount").urn,
            harness.only(SECRET, "credentials-postgresql-verifiers").urn,
            harness.only(SECRET, "credentials-postgresql-exporter").urn,
        ];
        for (const urn of expected) assert.ok(server.dependencies.includes(urn), urn);
        assert.equal(server.dependencies.filter((urn) => /Namespace|Command|Release/.test(urn)).length, 0);
        const { annotations: own } = server.inputs["metadata"] as { annotations: Record<string, string> };
        assert.equal(own["pulumi.com/skipAwait"], "true");
    });

    it("has every file and Secret that its pod names", async () => {
        const { harness } = await build();
        const text = JSON.stringify(harness.only(STATEFUL_SET).inputs);
        const data = harness.only(CONFIG_MAP, "postgresql-config").inputs["data"] as Record<string, string>;
        for (const [, file = ""] of text.matchAll(/\/etc\/hearth\/config\/([a-z_.]+)/g)) assert.ok(file in data, file);
        for (const [, name = ""] of text.matchAll(/"secretName":"([^"]+)"/g)) {
            assert.ok(harness.only(SECRET, `credentials-${name}`));
        }
    });

    it("rolls its pod when a database is added, and not otherwise", async () => {
        const before = annotations(await build());
        assert.deepEqual(annotations(await build()), before);
        const after = annotations(await build(["app", "orders"]));
        assert.notEqual(after["hearth.dev/config"], before["hearth.dev/config"]);
        assert.notEqual(after["hearth.dev/verifiers"], before["hearth.dev/verifiers"]);
        assert.equal(after["hearth.dev/exporter"], before["hearth.dev/exporter"]);
    });

    it("puts no password into an input that is not marked as secret", async () => {
        const { harness, raw } = await build(["app", "orders"]);
        const secrets = harness
            .all(SECRET)
            .filter(({ name }) => name.includes("postgresql"))
            .flatMap(({ inputs }) => Object.values(inputs["stringData"] as Record<string, string>));
        assert.equal(secrets.length, 5);
        assert.deepEqual(
            [...raw].flatMap(([name, inputs]) => leaks(inputs, secrets).map((path) => name + path)),
            [],
        );
    });

    it("survives a first preview, where no password is drawn", async () => {
        const { harness } = await build(["app"], true);
        const { name } = harness.only(STATEFUL_SET).inputs["metadata"] as { name: string };
        assert.equal(name, "postgresql");
    });
});

describe("postgresqlConfig", () => {
    it("holds scripts, roles and access rules", () => {
        const data = postgresqlConfig(["app"], { superuser: "postgres", exporter: "hearth_exporter" });
        assert.deepEqual(Object.keys(data).sort(), ["pg_hba.conf", "roles.sh", "roles.sql", "start.sh"]);
        assert.match(data["roles.sql"] ?? "", /INSERT INTO hearth_database VALUES \('app'\)/);
        for (const script of ["start.sh", "roles.sh"]) assert.match(data[script] ?? "", /^#!\/usr\/bin\/env bash\n/);
    });
});
