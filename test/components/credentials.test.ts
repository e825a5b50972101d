import assert from "node:assert/strict";
import { compareSync } from "bcryptjs";
import * as pulumi from "@pulumi/pulumi";
import { DEFAULT_LAYERS, type Layer } from "../../components/config/layers";
import { Namespaces } from "../../components/namespaces/namespaces";
import { Credentials, readValues, s3KeyOf } from "../../components/secrets/credentials";
import { DEMO_DATABASE, DEMO_NAMESPACE } from "../../components/config/demo";
import { secretMetadata, secretsOf, secretSpec } from "../../components/secrets/secret-table";
import { Harness, promiseOf } from "../helpers/harness";
import { drawn, leaks } from "../helpers/leaks";

const SECRET = "kubernetes:core/v1:Secret";
const COMMAND = "command:local:Command";
const FILE = { path: "secrets/dev-fast.sops.yaml", sha256: "5eed" };

interface Options {
    readonly layers?: readonly Layer[];
    readonly databases?: readonly string[];
    readonly demo?: boolean;
    readonly values?: unknown;
    readonly file?: typeof FILE | undefined;
    readonly preview?: boolean;
}

interface Built {
    readonly harness: Harness;
    readonly credentials: Credentials;
    /** Inputs of every resource as they go to the engine, with the marks of secrets. */
    readonly raw: ReadonlyMap<string, unknown>;
}

async function build(options: Options = {}): Promise<Built> {
    const raw = new Map<string, unknown>();
    const preview = options.preview ?? false;
    const harness = await Harness.start({
        preview,
        outputs: (args) => {
            raw.set(args.name, args.inputs);
            if (preview) return {};
            return args.type === COMMAND ? { stdout: JSON.stringify(options.values ?? {}) } : drawn(args);
        },
    });
    const { demo = false } = options;
    const config = { layers: options.layers ?? DEFAULT_LAYERS, databases: options.databases ?? ["app"], demo };
    const file = "file" in options ? options.file : FILE;
    const credentials = await harness.run(() => {
        const namespaces = new Namespaces("namespaces", {
            config: { ...config, applicationNamespaces: [DEMO_NAMESPACE] },
        });
        return new Credentials("credentials", { config, namespaces, ...(file === undefined ? {} : { file }) });
    });
    return { harness, credentials, raw };
}

function dataOf({ harness }: Built, id: string): Record<string, string> {
    return harness.only(SECRET, `credentials-${id}`).inputs["stringData"] as Record<string, string>;
}

describe("Credentials", () => {
    it("makes one Secret per reader, in the reader's namespace, after it, below itself", async () => {
        const { harness } = await build();
        const self = harness.only("hearth:secrets:Credentials");
        assert.equal(harness.all(SECRET).length, secretsOf(DEFAULT_LAYERS).length);
        for (const spec of secretsOf(DEFAULT_LAYERS)) {
            const secret = harness.only(SECRET, `credentials-${spec.id}`);
            const { name, namespace } = secret.inputs["metadata"] as { name: string; namespace: string };
            assert.equal(name, spec.id);
            assert.equal(secret.parent, self.urn);
            const home = harness.only("kubernetes:core/v1:Namespace", `namespaces-${namespace}`);
            assert.ok(secret.dependencies.includes(home.urn));
            const keys = spec.keys === "databases" ? ["app"] : spec.keys;
            assert.deepEqual(Object.keys(secret.inputs["stringData"] as object).sort(), [...keys].sort());
        }
    });

    it("gives the demo the password of its database where its pods are, and only with the demo", async () => {
        const databases = ["app", DEMO_DATABASE];
        const built = await build({ databases, demo: true });
        const secret = built.harness.only(SECRET, "credentials-demo-database");
        assert.deepEqual(secret.inputs["metadata"], { ...secretMetadata(secretSpec("demo-database")) });
        assert.equal(secretMetadata(secretSpec("demo-database")).namespace, DEMO_NAMESPACE);
        const { [DEMO_DATABASE]: password, app } = dataOf(built, "postgresql-roles");
        assert.deepEqual(dataOf(built, "demo-database"), { password });
        assert.ok(password !== undefined && password !== app);
        const without = await build({ databases });
        assert.ok(without.harness.all(SECRET).every(({ name }) => name !== "credentials-demo-database"));
    });

    it("gives each S3 consumer its own key only, well-formed", async () => {
        const built = await build();
        const loki = dataOf(built, "loki-s3");
        const tempo = dataOf(built, "tempo-s3");
        for (const data of [loki, tempo]) {
            assert.match(data["AWS_ACCESS_KEY_ID"] ?? "", /^GK[0-9a-f]{24}$/);
            assert.match(data["AWS_SECRET_ACCESS_KEY"] ?? "", /^[0-9a-f]{64}$/);
        }
        assert.notEqual(loki["AWS_ACCESS_KEY_ID"], tempo["AWS_ACCESS_KEY_ID"]);
        assert.notEqual(loki["AWS_SECRET_ACCESS_KEY"], tempo["AWS_SECRET_ACCESS_KEY"]);
        assert.match(dataOf(built, "garage-secrets")["GARAGE_RPC_SECRET"] ?? "", /^[0-9a-f]{64}$/);
        assert.equal(dataOf(built, "garage-metrics")["token"], dataOf(built, "garage-secrets")["GARAGE_METRICS_TOKEN"]);
    });

    it("gives PostgreSQL's pod verifiers and no owner's password", async () => {
        const built = await build({ databases: ["app", "orders"] });
        assert.deepEqual(Object.keys(dataOf(built, "postgresql-roles")), ["app", "orders"]);
        const lines = dataOf(built, "postgresql-verifiers")["verifiers.tsv"] ?? "";
        assert.deepEqual(
            lines
                .trim()
                .split("\n")
                .map((line) => line.split("\t")[0]),
            ["app", "hearth_exporter", "orders", "postgres"],
        );
        const passwords = Object.values(dataOf(built, "postgresql-roles"));
        assert.ok(passwords.every((password) => !lines.includes(password)));
    });

    it("is admin/admin for Grafana unless the file says otherwise", async () => {
        assert.deepEqual(dataOf(await build(), "grafana-admin"), { "admin-user": "admin", "admin-password": "admin" });
        const chosen = await build({ values: { grafana: { adminUser: "ops", adminPassword: "correct-horse" } } });
        assert.deepEqual(dataOf(chosen, "grafana-admin"), { "admin-user": "ops", "admin-password": "correct-horse" });
    });

    describe("for Argo CD", () => {
        const layers = [...DEFAULT_LAYERS, "argocd"] as const;
        const secretOf = ({ harness }: Built): Readonly<Record<string, unknown>> =>
            harness.only(SECRET, "credentials-argocd-secret").inputs;

        it("are a hash, a time, a key of sessions and the password of Redis, and no other Secret", async () => {
            const built = await build({ layers });
            assert.deepEqual(Object.keys(dataOf(built, "argocd-secret")).sort(), [
                "admin.password",
                "admin.passwordMtime",
                "server.secretkey",
            ]);
            assert.match(dataOf(built, "argocd-secret")["admin.password"] ?? "", /^\$2a\$10\$/);
            assert.match(dataOf(built, "argocd-secret")["server.secretkey"] ?? "", /^[0-9a-f]{64}$/);
            assert.ok(!Number.isNaN(Date.parse(dataOf(built, "argocd-secret")["admin.passwordMtime"] ?? "")));
            assert.equal(dataOf(built, "argocd-redis")["auth"]?.length, 32);
            assert.equal(built.harness.all(SECRET).length, secretsOf(layers).length);
        });

        it("are not there without it", async () => {
            const { harness, credentials } = await build();
            assert.ok(harness.resources.every(({ name }) => !name.includes("argocd")));
            assert.throws(() => credentials.of("argocd-secret"), /argocd-secret/);
            assert.ok(!("argocd/admin" in (await promiseOf(credentials.summary))));
        });

        it("are found by Argo CD, which adds its certificate and may have changed the password", async () => {
            const { labels, annotations } = secretOf(await build({ layers }))["metadata"] as Record<string, unknown>;
            assert.deepEqual(labels, {
                "app.kubernetes.io/name": "argocd-secret",
                "app.kubernetes.io/part-of": "argocd",
            });
            assert.deepEqual(annotations, { "pulumi.com/patchForce": "true" });
        });

        it("leave all other Secrets to Hearth alone", async () => {
            const { harness } = await build({ layers });
            for (const { name, inputs } of harness.all(SECRET)) {
                if (name === "credentials-argocd-secret") continue;
                const { labels, annotations } = inputs["metadata"] as Record<string, Record<string, string>>;
                assert.equal(labels?.["app.kubernetes.io/part-of"], "hearth", name);
                assert.equal(annotations, undefined, name);
            }
        });

        it("give people the drawn password, whose hash was drawn with it", async () => {
            const built = await build({ layers });
            const entry = (await promiseOf(built.credentials.summary))["argocd/admin"];
            assert.equal(entry?.user, "admin");
            assert.equal(entry.secret, "argocd/argocd-secret");
            assert.equal(entry.password?.length, 32);
            const drawnHash = drawn({
                type: "random:index/randomPassword:RandomPassword",
                name: "credentials-argocd-admin",
                inputs: { length: 32 },
            } as never)["bcryptHash"];
            assert.equal(dataOf(built, "argocd-secret")["admin.password"], drawnHash);
        });

        it("have a hash of a chosen password, the same in each run, and the password nowhere in the cluster", async () => {
            const values = { argocd: { adminPassword: "correct-horse" } };
            const [first, second] = [await build({ layers, values }), await build({ layers, values })];
            const hash = dataOf(first, "argocd-secret")["admin.password"] ?? "";
            assert.ok(compareSync("correct-horse", hash));
            assert.deepEqual(dataOf(second, "argocd-secret"), dataOf(first, "argocd-secret"));
            assert.equal((await promiseOf(first.credentials.summary))["argocd/admin"]?.password, "correct-horse");
            for (const { inputs } of first.harness.all(SECRET)) {
                assert.ok(!JSON.stringify(inputs["stringData"]).includes("correct-horse"));
            }
        });

        it("end all sessions with a new password", async () => {
            const key = async (adminPassword: string): Promise<string | undefined> =>
                dataOf(await build({ layers, values: { argocd: { adminPassword } } }), "argocd-secret")[
                    "server.secretkey"
                ];
            assert.notEqual(await key("correct-horse"), await key("battery-staple"));
        });

        it("are marked as secret", async () => {
            const values = { argocd: { adminPassword: "correct-horse" } };
            const built = await build({ layers, values });
            const secrets = [
                ...Object.values(dataOf(built, "argocd-redis")),
                dataOf(built, "argocd-secret")["admin.password"] ?? "",
                dataOf(built, "argocd-secret")["server.secretkey"] ?? "",
                "correct-horse",
            ];
            const found = [...built.raw].flatMap(([name, inputs]) => leaks(inputs, secrets).map((path) => name + path));
            assert.deepEqual(found, []);
        });

        it("survive a first preview", async () => {
            const { harness } = await build({ layers, preview: true });
            assert.ok(harness.only(SECRET, "credentials-argocd-secret"));
        });
    });

    it("prefers what the file gives to what is generated", async () => {
        const loki = { id: `GK${"a1".repeat(12)}`, secret: "b2".repeat(32) };
        const values = {
            garage: { adminToken: "chosen-admin-token", keys: { loki } },
            postgresql: { ownerPasswords: { app: "chosen-password" } },
        };
        const built = await build({ values });
        assert.equal(dataOf(built, "loki-s3")["AWS_ACCESS_KEY_ID"], loki.id);
        assert.equal(dataOf(built, "garage-secrets")["GARAGE_ADMIN_TOKEN"], "chosen-admin-token");
        assert.equal(dataOf(built, "postgresql-roles")["app"], "chosen-password");
        assert.match(dataOf(built, "tempo-s3")["AWS_ACCESS_KEY_ID"] ?? "", /^GK[0-9a-f]{24}$/);
    });

    it("decrypts once per content of the file, unlogged, with a secret output", async () => {
        const { harness } = await build();
        const decrypt = harness.only(COMMAND);
        assert.equal(decrypt.name, "credentials-decrypt");
        assert.deepEqual(decrypt.inputs["triggers"], [FILE.sha256]);
        assert.equal(decrypt.inputs["logging"], "none");
        assert.deepEqual(decrypt.inputs["environment"], { SECRETS_FILE: FILE.path });
        assert.ok(decrypt.secretOutputs.includes("stdout"));
        // Otherwise the engine would delete and make anew what carries a checksum of any Secret.
        assert.equal(decrypt.deleteBeforeReplace, false);
        assert.doesNotMatch(JSON.stringify(decrypt.inputs), /AGE-SECRET|"\//);
    });

    it("generates everything and runs nothing without a file", async () => {
        const { harness } = await build({ file: undefined });
        assert.equal(harness.all(COMMAND).length, 0);
        assert.equal(harness.all(SECRET).length, secretsOf(DEFAULT_LAYERS).length);
    });

    it("draws no secret by a resource whose id would show it in the state", async () => {
        const { harness } = await build({ file: undefined });
        const drawn = harness.resources.filter(({ type }) => type.startsWith("random:"));
        assert.ok(drawn.length > 5);
        for (const { type, name } of drawn) assert.equal(type, "random:index/randomPassword:RandomPassword", name);
    });

    it("draws bytes as two hex digits each, and no other character", async () => {
        const { harness } = await build({ file: undefined });
        const { length, lower, upper, overrideSpecial, special, numeric } = harness.only(
            "random:index/randomPassword:RandomPassword",
            "credentials-garage-rpc-secret",
        ).inputs;
        assert.deepEqual(
            { length, lower, upper, overrideSpecial },
            { length: 64, lower: false, upper: false, overrideSpecial: "abcdef" },
        );
        // Both are on unless they are switched off.
        assert.deepEqual([special, numeric], [undefined, undefined]);
    });

    it("makes nothing for layers that are off", async () => {
        const { harness, credentials } = await build({ layers: ["grafana"], file: undefined });
        assert.deepEqual(
            harness.all(SECRET).map(({ name }) => name),
            ["credentials-grafana-admin"],
        );
        assert.deepEqual(
            harness.resources.filter(({ type }) => type.startsWith("random:")).map(({ name }) => name),
            ["credentials-derivation-key"],
        );
        assert.equal(credentials.garage, undefined);
        assert.throws(() => credentials.of("loki-s3"), /loki-s3/);
        assert.deepEqual(Object.keys(await promiseOf(credentials.summary)), ["grafana"]);
    });

    it("gives Prometheus Garage's token only where both are on", async () => {
        const { harness } = await build({ layers: ["garage"] });
        assert.deepEqual(
            harness.all(SECRET).map(({ name }) => name),
            ["credentials-garage-secrets"],
        );
    });

    it("puts no secret into an input that is not marked as one", async () => {
        const values = { grafana: { adminUser: "operator", adminPassword: "correct-horse" } };
        const built = await build({ values });
        const secrets = secretsOf(DEFAULT_LAYERS).flatMap(({ id }) => Object.values(dataOf(built, id)));
        assert.ok(secrets.length > 10 && secrets.includes("correct-horse"));
        const found = [...built.raw].flatMap(([name, inputs]) => leaks(inputs, secrets).map((path) => name + path));
        assert.deepEqual(found, []);
        assert.deepEqual(leaks({ a: [{ b: "x correct-horse" }] }, secrets), [".a.0.b"]);
    });

    it("marks its outputs as secret, but not the checksums that pods carry", async () => {
        const { credentials } = await build();
        assert.equal(await pulumi.isSecret(credentials.summary), true);
        assert.ok(credentials.garage !== undefined);
        assert.equal(await pulumi.isSecret(credentials.garage.adminToken), true);
        assert.equal(await pulumi.isSecret(credentials.garage.keys), true);
        for (const { id } of secretsOf(DEFAULT_LAYERS)) {
            const { checksum } = credentials.of(id);
            assert.equal(await pulumi.isSecret(checksum), false);
            assert.match(await promiseOf(checksum), /^[0-9a-f]{16}$/);
        }
    });

    it("changes a checksum exactly when its own Secret changes", async () => {
        const before = (await build()).credentials;
        const after = (await build({ values: { grafana: { adminPassword: "correct-horse" } } })).credentials;
        for (const { id } of secretsOf(DEFAULT_LAYERS)) {
            const same = (await promiseOf(before.of(id).checksum)) === (await promiseOf(after.of(id).checksum));
            assert.equal(same, id !== "grafana-admin", id);
        }
    });

    it("survives a first preview, where nothing is drawn and nothing decrypted", async () => {
        const { harness, credentials } = await build({ preview: true });
        assert.equal(harness.all(SECRET).length, secretsOf(DEFAULT_LAYERS).length);
        assert.ok(credentials.of("loki-s3").resource);
    });
});

describe("s3KeyOf", () => {
    it("cuts an id and a secret that share no byte", () => {
        const hex = Array.from({ length: 44 }, (_unused, index) => index.toString(16).padStart(2, "0")).join("");
        assert.deepEqual(s3KeyOf(hex), { id: `GK${hex.slice(0, 24)}`, secret: hex.slice(24) });
    });
});

describe("readValues", () => {
    it("refuses values that are not valid without quoting them, as an error that Pulumi shows without a stack", () => {
        for (const json of ['{"grafana":{"adminPasword":"correct-horse"}}', "correct-horse"]) {
            assert.throws(
                () => readValues(json, []),
                (error: unknown) => {
                    assert.ok(pulumi.RunError.isInstance(error));
                    assert.doesNotMatch(error.message, /correct-horse/);
                    return true;
                },
            );
        }
        assert.throws(() => readValues('{"grafana":{"adminPasword":"x"}}', []), /adminPasword: is not known/);
    });
});
