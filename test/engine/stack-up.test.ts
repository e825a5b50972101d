import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { decryptPassphrase } from "../../tools/secrets/ensure";
import { watchArguments } from "../helpers/engine-processes";
import { EngineStack, missingEngineTools, type RunResult, STACK, succeed } from "../helpers/engine-stack";
import {
    clusterSecrets,
    helmRecords,
    idOf,
    objectsOf,
    orphansOf,
    planOf,
    stateOf,
    summaryOf,
    tellingFiles,
    told,
} from "../helpers/engine-state";
import { skipWithout } from "../helpers/skip";

const WORKLOADS = [
    "DaemonSet node-agents/otel-collector",
    "DaemonSet node-agents/prometheus-node-exporter",
    "Deployment edge/traefik",
    "Deployment observability/grafana",
    "Deployment observability/kube-state-metrics",
    "Deployment observability/prometheus",
    "StatefulSet database/postgresql",
    "StatefulSet observability/alertmanager",
    "StatefulSet observability/loki",
    "StatefulSet observability/tempo",
    "StatefulSet storage/garage",
];
const RELEASES = [
    "edge/traefik-crds",
    "edge/traefik",
    "observability/grafana",
    "observability/loki",
    "observability/prometheus",
    "observability/tempo",
];
/** Drawn, since the files that are looked through for it include this one. */
const PASSWORD = randomBytes(12).toString("hex");

describe("a stack, from nothing to nothing", function () {
    this.timeout(180_000);
    let stack: EngineStack;
    let up: RunResult;
    let secrets: ReadonlyMap<string, string>;
    let seen: ReadonlySet<string>;

    const secretsFile = `secrets/${STACK}.sops.yaml`;
    const passphrase = (): Promise<string> =>
        decryptPassphrase({ project: stack.project, file: secretsFile, stateDir: stack.state, env: stack.variables });

    before(function () {
        skipWithout(this, missingEngineTools());
        stack = new EngineStack();
    });
    after(() => stack?.remove());
    afterEach(() => assert.deepEqual(stack.runProcesses(), []));

    it("is previewed before there is a cluster: all of it would be made, and nothing is", async () => {
        const preview = succeed(await stack.run("preview", "--json"));
        const plan = planOf(preview);
        assert.deepEqual([...new Set(Object.values(plan))], ["create"]);
        for (const name of ["cluster-identity", "prometheus-release", "garage-server", "readiness-gate"]) {
            assert.ok(name in plan, name);
        }
        assert.deepEqual(stateOf(stack).deployment.resources ?? [], []);
        assert.equal(existsSync(join(stack.state, "clusters")), false);
        assert.deepEqual(stack.processes(), []);
    });

    it("has no outputs until it is up", async () => {
        const { status, stdout, output } = await stack.run("outputs");
        assert.deepEqual([status, stdout], [1, ""]);
        assert.match(output, /stack dev-fast: is not up\n    fix: make up STACK=dev-fast/);
    });

    it("comes up", async () => {
        succeed(await stack.runWith({ input: PASSWORD }, "secrets", "--set", "grafana.adminPassword"));
        ({ result: up, seen } = await watchArguments(stack.root, () => stack.run("up")));
        succeed(up);
        assert.deepEqual(Object.keys(summaryOf(up)), ["created"]);
        assert.match(up.output, /grafana +http:\/\/127\.0\.0\.1:30300/);
        assert.match(up.output, /SIMULATED/);
        assert.match(up.output, /STAND-IN CHARTS/);
    });

    it("has every workload with all its pods ready, and nothing else", () => {
        assert.deepEqual(objectsOf(stack, "deployments,statefulsets,daemonsets,jobs").map(idOf).sort(), WORKLOADS);
        const pods = stack.kubectl("get", "pods", "-A", "-o", "jsonpath={.items[*].status.phase}").split(" ");
        assert.deepEqual(new Set(pods), new Set(["Running"]));
        assert.equal(pods.length, WORKLOADS.length);
        assert.deepEqual(
            helmRecords(stack),
            RELEASES.map((release) => `${release}.v1 deployed`),
        );
        assert.deepEqual(orphansOf(stack), []);
    });

    it("tells its outputs for scripts, the secret ones only when asked", async () => {
        const hidden = JSON.parse(succeed(await stack.run("outputs")).stdout);
        const shown = JSON.parse(succeed(await stack.run("outputs", "--show-secrets")).stdout);
        assert.equal(hidden.urls.grafana, "http://127.0.0.1:30300");
        assert.deepEqual(hidden.ports, { traefik: 30081, prometheus: 30090, alertmanager: 30093, grafana: 30300 });
        assert.deepEqual([hidden.mode, hidden.simulated], ["dev-fast", true]);
        assert.equal(hidden.versions.kubernetes, "1.34.3");
        assert.deepEqual([hidden.kubeconfig, hidden.credentials], ["[secret]", "[secret]"]);
        assert.match(shown.kubeconfig, /client-key-data/);
        assert.equal(shown.credentials.grafana.password, PASSWORD);
        assert.match(shown.credentials["postgresql/app"].password, /^[A-Za-z0-9]{32}$/);
        assert.deepEqual({ ...shown, kubeconfig: "[secret]", credentials: "[secret]" }, hidden);
    });

    it("tells no secret: not in its files, not to who looks at processes, not in what it prints", async () => {
        secrets = new Map([...clusterSecrets(stack), ["passphrase", await passphrase()]]);
        const inCluster = told(stack.kubectl("get", "secrets", "-A", "-o", "json"), secrets);
        // What is looked for is found where it has to be.
        for (const where of [
            "grafana-admin",
            "loki-s3",
            "garage-secrets",
            "postgresql-roles",
            "postgresql-superuser",
        ]) {
            assert.ok(
                inCluster.some((found) => found.includes(where)),
                `${where}: ${inCluster.join()}`,
            );
        }
        // The cluster's own store is where they belong.
        const files = tellingFiles(stack.state, secrets).filter((file) => !file.includes("/etcd/"));
        assert.deepEqual(files, [join(stack.clusterDir, "kubeconfig")]);
        for (const folder of ["project", "home", "tmp"]) {
            assert.deepEqual(tellingFiles(join(stack.root, folder), secrets), [], folder);
        }
        assert.ok([...seen].some((args) => args.includes("pulumi up")));
        assert.deepEqual(told([...seen].join("\n"), secrets), []);
        assert.deepEqual(told(up.output, secrets), []);
        const preview = succeed(await stack.run("preview", "--diff", "--", "--show-sames"));
        assert.deepEqual(told(preview.output, secrets), []);
        assert.deepEqual(Object.keys(summaryOf(preview)), ["unchanged"]);
    });

    it("is left alone by a second up: no engine is started", async () => {
        const before = readFileSync(stack.statePath);
        const { result, seen: started } = await watchArguments(stack.root, () => stack.run("up"));
        succeed(result);
        assert.match(result.output, /nothing has changed since the last run/);
        assert.match(result.output, /grafana +http:\/\/127\.0\.0\.1:30300/);
        assert.deepEqual(
            [...started].filter((args) => /pulumi/.test(args)),
            [],
        );
        assert.deepEqual(summaryOf(result), {});
        assert.deepEqual(readFileSync(stack.statePath), before);
    });

    it("is not changed by an up that is forced", async () => {
        const forced = succeed(await stack.run("up", "--force"));
        assert.deepEqual(Object.keys(summaryOf(forced)), ["unchanged"]);
        assert.equal(summaryOf(forced)["unchanged"], summaryOf(up)["created"]);
        assert.match(succeed(await stack.run("up")).output, /nothing has changed since the last run/);
    });

    it("is gone after down: no process, no file, no state", async () => {
        const down = succeed(await stack.run("down"));
        assert.match(down.stdout, /^stack dev-fast is gone/m);
        assert.deepEqual(stack.processes(), []);
        assert.deepEqual(readdirSync(join(stack.state, "clusters")), []);
        assert.equal(existsSync(stack.statePath), false);
        assert.deepEqual(
            readdirSync(stack.backend, { recursive: true, encoding: "utf8" }).filter((name) => name.includes(STACK)),
            [],
        );
        assert.equal(existsSync(stack.path(secretsFile)), true);
    });

    it("stays gone when it is taken down again", async () => {
        const down = succeed(await stack.run("down"));
        assert.match(down.stdout, /was not up: there is nothing to remove/);
        assert.equal(existsSync(stack.statePath), false);
    });
});
