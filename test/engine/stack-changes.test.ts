import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { EngineStack, missingEngineTools, type RunResult, STACK, succeed } from "../helpers/engine-stack";
import { changesOf, helmRecords, objectsOf, orphansOf, planOf, resourcesOf, summaryOf } from "../helpers/engine-state";
import { skipWithout } from "../helpers/skip";

describe("a stack whose settings, secrets or objects change", function () {
    this.timeout(180_000);
    let stack: EngineStack;

    const up = async (...args: readonly string[]): Promise<RunResult> => succeed(await stack.run("up", ...args));
    /** Pods by the workload that they are of, as `workload → uid`. */
    const pods = (): ReadonlyMap<string, string> =>
        new Map(
            objectsOf(stack, "pods").map(({ metadata }) => [
                metadata.labels?.["app.kubernetes.io/name"] ?? metadata.name,
                metadata.uid,
            ]),
        );
    const rolled = (before: ReadonlyMap<string, string>): readonly string[] =>
        [...pods()].filter(([name, uid]) => before.get(name) !== uid).map(([name]) => name);
    const password = async (database: string): Promise<string> =>
        JSON.parse(succeed(await stack.run("outputs", "--show-secrets")).stdout).credentials[`postgresql/${database}`]
            .password;

    before(async function () {
        skipWithout(this, missingEngineTools());
        stack = new EngineStack();
        await up();
    });
    after(() => stack?.remove());

    for (const [title, file, change] of [
        ["a component", "components/edge/traefik.ts", "\n"],
        ["the program", "index.ts", "\n"],
        ["the stack file", `Pulumi.${STACK}.yaml`, "# a word\n"],
        ["a chart", "test/fixtures/charts/loki/values.yaml", "# a word\n"],
        ["a tool", "tools/readiness/gate.ts", "\n"],
        ["the secrets file", `secrets/${STACK}.sops.yaml`, "\n"],
        ["the packages' lock file", "package-lock.json", "\n"],
    ] as const) {
        it(`is looked at again when ${title} was edited, and not once that is taken back`, async () => {
            assert.deepEqual(await stack.warmVerdict(), { warm: true });
            const edited = await stack.edited(
                file,
                (text) => text + change,
                () => stack.warmVerdict(),
            );
            assert.equal(edited.warm, false);
            assert.deepEqual(await stack.warmVerdict(), { warm: true });
        });
    }

    it("starts the engine after an edit that changes nothing, and the engine changes nothing", async () => {
        stack.write("index.ts", `${stack.read("index.ts")}\n// a word\n`);
        assert.deepEqual(Object.keys(summaryOf(await up())), ["unchanged"]);
        assert.deepEqual(await stack.warmVerdict(), { warm: true });
    });

    it("changes Prometheus alone when its retention does, as the preview said", async () => {
        const before = pods();
        stack.configure({ "hearth:retention": { metrics: 12 } });
        const plan = planOf(succeed(await stack.run("preview", "--json")));
        assert.deepEqual(plan, { "prometheus-release": "update", "readiness-gate": "replace" });
        assert.deepEqual(changesOf(await up()), { "prometheus-release": "updated", "readiness-gate": "replaced" });
        assert.deepEqual(rolled(before), ["prometheus"]);
    });

    it("changes PostgreSQL alone when a database is added, and keeps the passwords of the others", async () => {
        const [before, app] = [pods(), await password("app")];
        stack.configure({ "hearth:retention": { metrics: 12 }, "hearth:databases": ["app", "shop"] });
        assert.deepEqual(changesOf(await up()), {
            "credentials-postgresql-owner-shop": "created",
            "credentials-postgresql-roles": "updated",
            "credentials-postgresql-verifiers": "updated",
            "postgresql-config": "updated",
            "postgresql-server": "updated",
            "readiness-gate": "replaced",
        });
        assert.deepEqual(rolled(before), ["postgresql"]);
        assert.equal(await password("app"), app);
        assert.notEqual(await password("shop"), app);
        assert.equal(
            stack.kubectl("-n", "database", "get", "secret", "postgresql-roles", "-o", "jsonpath={.data.shop}"),
            Buffer.from(await password("shop")).toString("base64"),
        );
    });

    it("rolls Grafana alone when its password changes, and tells the password to nobody", async () => {
        const before = pods();
        const chosen = randomBytes(12).toString("hex");
        succeed(await stack.runWith({ input: chosen }, "secrets", "--set", "grafana.adminPassword"));
        const changed = await up();
        assert.deepEqual(changesOf(changed), {
            "credentials-decrypt": "replaced",
            "credentials-grafana-admin": "updated",
            "grafana-release": "updated",
            "readiness-gate": "replaced",
        });
        assert.deepEqual(rolled(before), ["grafana"]);
        assert.equal(changed.output.includes(chosen), false);
        const jsonpath = "jsonpath={.data.admin-password}";
        const stored = stack.kubectl("-n", "observability", "get", "secret", "grafana-admin", "-o", jsonpath);
        assert.equal(Buffer.from(stored, "base64").toString(), chosen);
    });

    it("repairs what was changed by hand, once it is asked to refresh", async () => {
        stack.kubectl("-n", "storage", "scale", "statefulset", "garage", "--replicas=0");
        stack.kubectl("-n", "database", "delete", "configmap", "postgresql-config");
        stack.kubectl("-n", "observability", "delete", "secret", "loki-s3");
        stack.kubectl("-n", "storage", "patch", "service", "garage", "--patch", '{"spec":{"type":"NodePort"}}');
        stack.kubectl("label", "namespace", "edge", "pod-security.kubernetes.io/enforce=privileged", "--overwrite");
        const repaired = await up("--", "--refresh");
        assert.deepEqual(Object.keys(changesOf(repaired)).sort(), [
            "credentials-loki-s3",
            "garage-s3",
            "garage-server",
            "namespaces-edge",
            "postgresql-config",
            "readiness-gate",
        ]);
        const read = (...args: readonly string[]): string => stack.kubectl("get", ...args);
        assert.equal(read("-n", "storage", "statefulset/garage", "-o", "jsonpath={.status.readyReplicas}"), "1");
        assert.equal(read("-n", "storage", "service/garage", "-o", "jsonpath={.spec.type}"), "ClusterIP");
        assert.match(read("namespace/edge", "-o", "jsonpath={.metadata.labels}"), /enforce":"restricted"/);
        read("-n", "database", "configmap/postgresql-config");
        read("-n", "observability", "secret/loki-s3");
        assert.deepEqual(Object.keys(summaryOf(await up("--force"))), ["unchanged"]);
    });

    it("does not see what was changed by hand inside a Helm release, and makes the release anew when asked to", async () => {
        stack.kubectl("-n", "edge", "delete", "deployment", "traefik");
        const blind = await up("--", "--refresh");
        assert.deepEqual(changesOf(blind), {});
        const release = resourcesOf(stack).find(({ urn }) => urn.endsWith("::traefik-release"));
        const again = await up("--", "--replace", release?.urn ?? "");
        assert.deepEqual(changesOf(again), { "traefik-release": "replaced", "readiness-gate": "replaced" });
        stack.kubectl("-n", "edge", "get", "deployment", "traefik");
    });

    it("has no orphans after all of that, and one deployed revision of each release", () => {
        assert.deepEqual(orphansOf(stack), []);
        const deployed = helmRecords(stack).filter((record) => record.endsWith(" deployed"));
        assert.equal(deployed.length, 6);
        assert.deepEqual(
            helmRecords(stack).filter((record) => !/ (deployed|superseded)$/.test(record)),
            [],
        );
    });
});
