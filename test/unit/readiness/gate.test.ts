import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { ExpectedDeployment } from "../../../components/readiness/gate-input";
import { gate, type GateLimits } from "../../../tools/readiness/gate";
import type { Deployment, Pod } from "../../../tools/readiness/objects";
import { FakeKubeApi } from "../../helpers/fake-kube-api";
import {
    crashing,
    deployment,
    keyed,
    podOf,
    readyStatus,
    replicaSet,
    running,
    waiting,
} from "../../helpers/kube-objects";
import { skip } from "../../helpers/skip";

const APPS = "/apis/apps/v1/namespaces/observability";
/** The gate's waits, cut for tests; a slow machine may take them. */
const QUICK: Partial<GateLimits> = { settle: 200, refusal: 300, silence: 10_000, sayEvery: 10 };
const CORE = "/api/v1/namespaces/observability";

describe("the gate", function () {
    this.timeout(20_000);
    let api: FakeKubeApi;
    let lines: string[];

    beforeEach(async () => {
        api = await FakeKubeApi.start();
        lines = [];
    });
    afterEach(() => api.stop());

    const put = (collection: string, object: Deployment | Pod | ReturnType<typeof replicaSet>): void =>
        api.put(collection, { ...object });
    const pass = (
        changes: {
            simulated?: boolean;
            namespaces?: readonly string[];
            kubeconfig?: string;
            expected?: readonly ExpectedDeployment[];
        } = {},
        limits: Partial<GateLimits> = {},
    ) =>
        gate(
            { kubeconfig: api.kubeconfig(), namespaces: ["observability"], simulated: false, ...changes },
            (line) => lines.push(line),
            { ...QUICK, ...limits },
        );
    /** Puts a workload with one pod. */
    const workload = (name: string, status: Pod["status"], spec: Partial<Pod["spec"]> = {}): void => {
        const ready = status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True") === true;
        const object = deployment(name, { ready: ready ? 1 : 0 });
        const set = replicaSet(object);
        put(`${APPS}/deployments`, object);
        put(`${APPS}/replicasets`, set);
        put(`${CORE}/pods`, podOf(set, "ReplicaSet", { name: `${name}-0`, status, spec }));
    };
    /** Waits until the gate has said something like this. */
    const said = async (pattern: RegExp): Promise<void> => {
        while (!lines.some((line) => pattern.test(line))) await sleep(5);
    };
    const watching = async (times = 1): Promise<void> => {
        while (api.asked.filter(({ path, query }) => path.endsWith("/pods") && query.has("watch")).length < times) {
            await sleep(5);
        }
    };
    const problems = async (promise: Promise<string>): Promise<string> => {
        const error: unknown = await promise.then(
            () => undefined,
            (reason: unknown) => reason,
        );
        assert.ok(error instanceof Error && error.name === "UserError", String(error));
        return error.message;
    };
    const CREATING = { containerStatuses: [waiting("ContainerCreating")] };

    it("stays closed until a Deployment is there that somebody in the cluster makes, and is ready", async () => {
        workload("loki", readyStatus());
        const expected = [{ namespace: "observability", name: "waypoint", maker: "istiod" }];
        const opened = pass({ expected });
        await said(/1 of 2 workloads ready.*observability\/waypoint: istiod to make it/);
        workload("waypoint", CREATING);
        await said(/1 of 2 workloads ready.*observability\/waypoint: (?!istiod)/);
        workload("waypoint", readyStatus());
        assert.equal(await opened, "2 workloads are ready");
    });

    it("opens at the first look, without a watch and without a word, when all is ready", async () => {
        workload("loki", readyStatus());
        workload("tempo", readyStatus());
        assert.equal(await pass(), "2 workloads are ready");
        assert.equal(api.count("watch"), 0);
        assert.deepEqual(lines, []);
    });

    it("opens when the last pod becomes ready, and says what it waits for when that changes", async () => {
        workload("loki", CREATING);
        workload("tempo", readyStatus());
        const opened = pass();
        await said(/1 of 2 workloads ready \(\d+ s\); waiting for observability\/loki: container main to start/);
        await watching();
        workload("loki", { phase: "Running", containerStatuses: [running(false)] });
        await said(/container main not ready/);
        workload("loki", readyStatus());
        assert.equal(await opened, "2 workloads are ready");
        assert.equal(new Set(lines).size, lines.length);
    });

    it("does not miss what happens between its list and its watch", async () => {
        workload("loki", CREATING);
        api.deny(/watch=true/, 503);
        const opened = pass();
        await said(/0 of 1/);
        workload("loki", readyStatus());
        api.allowAll();
        assert.equal(await opened, "1 workload is ready");
    });

    it("looks at the namespaces it is given, and asks for names of Secrets only", async () => {
        workload("loki", readyStatus());
        api.put("/api/v1/namespaces/observability/secrets", { ...keyed("loki-s3"), data: { id: "c2VjcmV0" } });
        await pass({ namespaces: ["observability", "edge"] });
        const paths = api.asked.map(({ path }) => path);
        for (const path of paths) assert.match(path, /\/namespaces\/(observability|edge)\/|\/(nodes|storageclasses)$/);
        assert.ok(paths.includes("/api/v1/namespaces/edge/pods"));
        const secrets = api.asked.filter(({ path }) => path.endsWith("/secrets"));
        assert.ok(secrets.length > 0 && secrets.every(({ accept }) => accept.includes("PartialObjectMetadataList")));
    });

    it("fails with every definite cause at once, and with the last lines of a crashed container's log", async () => {
        workload("loki", { containerStatuses: [waiting("ErrImagePull", "grafana/loki:0: not found")] });
        const now = new Date().toISOString();
        workload("tempo", { containerStatuses: [crashing(4, { startedAt: now, finishedAt: now })] });
        workload("grafana", CREATING);
        api.log(
            "previous observability/tempo-0/main",
            ["1", "2", "3", "4", "5", "6"].map((n) => `line ${n}`).join("\n"),
        );
        const message = await problems(pass());
        assert.match(message, /^the platform does not become ready \(2 problems\):/);
        assert.match(message, /Deployment observability\/loki, pod loki-0, container main: image .*: not found/);
        assert.match(message, /ends again and again \(4 restarts\): exit code 1; its log ends with\n {6}\| line 2\n/);
        assert.match(message, /\| line 6\n/);
        assert.doesNotMatch(message, /line 1|grafana,/);
    });

    it("names a cause in its progress before it fails with it", async () => {
        workload("loki", { containerStatuses: [waiting("ErrImagePull", "grafana/loki:0: not found")] });
        await problems(pass());
        assert.match(lines[0] ?? "", /waiting for observability\/loki: container main has no image \(.*not found\)/);
    });

    it("opens although a definite cause was there for a moment", async () => {
        workload("loki", { containerStatuses: [waiting("ErrImagePull", "grafana/loki:0: not found")] });
        const opened = pass({}, { settle: 60_000 });
        await watching();
        workload("loki", readyStatus());
        assert.equal(await opened, "1 workload is ready");
    });

    it("opens when the workload that was in the way is deleted", async () => {
        workload("loki", CREATING);
        workload("tempo", readyStatus());
        const opened = pass();
        await watching();
        api.remove(`${APPS}/deployments`, "loki");
        assert.equal(await opened, "1 workload is ready");
    });

    it("gives up when nothing changes any more, and says what it waited for", async () => {
        workload("loki", CREATING);
        assert.match(
            await problems(pass({}, { quiet: 300 })),
            /nothing has changed for \d+ s; it waits for container main to start/,
        );
    });

    it("gives up when the API server stays away", async () => {
        workload("loki", CREATING);
        const kubeconfig = api.kubeconfig();
        await api.stop();
        assert.match(
            await problems(pass({ kubeconfig }, { silence: 300 })),
            /API server: does not answer: .*ECONNREFUSED/,
        );
        await api.listen();
    });

    it("survives an API server that is killed and comes back", async () => {
        workload("loki", CREATING);
        const opened = pass();
        await watching();
        await api.stop();
        await said(/waiting for the API server/);
        await api.listen();
        workload("loki", readyStatus());
        assert.equal(await opened, "1 workload is ready");
    });

    it("reads anew when the API server has forgotten what it watches from", async () => {
        workload("loki", CREATING);
        const opened = pass();
        await watching();
        const lists = api.count("list");
        api.compact();
        await watching(2);
        assert.ok(api.count("list") > lists);
        workload("loki", readyStatus());
        assert.equal(await opened, "1 workload is ready");
    });

    it("goes without what it may not read, and says so when that is a workload", async () => {
        workload("loki", readyStatus());
        api.deny(/nodes|events|secrets|storageclasses/, 403);
        assert.equal(await pass(), "1 workload is ready");
        api.deny(/deployments/, 403, 'deployments.apps is forbidden: User "dev" cannot list');
        const message = await problems(pass());
        assert.match(message, /API server: refuses: deployments\.apps is forbidden: User "dev"/);
    });

    it("does not take empty namespaces for a ready platform", async () => {
        assert.match(await problems(pass()), /namespace observability: there is no workload at all/);
        assert.equal(await pass({ namespaces: [] }), "0 workloads are ready");
    });

    it("looks up what pods refer to in the simulated cluster, and shows no value", async () => {
        const env = [{ name: "ID", valueFrom: { secretKeyRef: { name: "loki-s3", key: "id" } } }];
        const containers = [{ name: "main", image: "x:1", env }];
        workload("loki", readyStatus(), { containers });
        api.put("/api/v1/namespaces/observability/serviceaccounts", { ...keyed("default") });
        api.put("/api/v1/namespaces/observability/secrets", { ...keyed("loki-s3"), data: { other: "c2VjcmV0" } });
        const message = await problems(pass({ simulated: true }));
        assert.match(
            message,
            /Deployment observability\/loki, pod loki-0, container main: Secret loki-s3 has no key id/,
        );
        assert.doesNotMatch(message + lines.join(), /c2VjcmV0/);
        api.put("/api/v1/namespaces/observability/secrets", { ...keyed("loki-s3"), data: { id: "c2VjcmV0" } });
        assert.equal(await pass({ simulated: true }), "1 workload is ready");
    });

    it("leaves no connection open", async () => {
        workload("loki", CREATING);
        const opened = pass();
        await watching();
        workload("loki", readyStatus());
        await opened;
        while ((await api.connections()) > 0) await sleep(5);
    });

    it("is a command that reads its input, prints one line, and ends with status 1 and the cause", async () => {
        workload("loki", readyStatus());
        const input = { kubeconfig: api.kubeconfig(), namespaces: ["observability"], simulated: false };
        const run = async (): Promise<{ readonly status: number; readonly out: string; readonly err: string }> => {
            const child = spawn("node", ["tools/run.js", "readiness-gate"], { stdio: "pipe" });
            let [out, err] = ["", ""];
            child.stdout.on("data", (data) => (out += String(data)));
            child.stderr.on("data", (data) => (err += String(data)));
            child.stdin.end(JSON.stringify(input));
            const status = await new Promise<number>((resolve) => child.once("close", (code) => resolve(code ?? -1)));
            return { status, out, err };
        };
        assert.deepEqual(await run(), { status: 0, out: "1 workload is ready\n", err: "" });
        workload("loki", { containerStatuses: [waiting("InvalidImageName", "no")] });
        const failed = await run();
        assert.deepEqual([failed.status, failed.out], [1, ""]);
        assert.match(failed.err, /InvalidImageName/);
        assert.doesNotMatch(failed.err, /bug|at .*\.ts/);
    });
});

describe("the gate's way to the API server", function () {
    this.timeout(20_000);
    const DONE = deployment("loki", { ready: 1 });
    const folder = mkdtempSync(join(tmpdir(), "hearth-test-"));
    const file = (name: string): Buffer => readFileSync(join(folder, name));
    const data = (name: string): string => file(name).toString("base64");
    const pass = (kubeconfig: string) =>
        gate({ kubeconfig, namespaces: ["observability"], simulated: false }, () => undefined, QUICK);
    const certified = (name: string): boolean => {
        const subject = ["-subj", `/CN=${name}`, "-addext", "subjectAltName=IP:127.0.0.1"];
        const files = ["-keyout", join(folder, `${name}.key`), "-out", join(folder, `${name}.crt`)];
        const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
        return spawnSync("openssl", ["req", "-x509", ...key, ...subject, ...files]).status === 0;
    };
    let api: FakeKubeApi | undefined;
    const serve = async (tls?: object): Promise<FakeKubeApi> => {
        api = await FakeKubeApi.start(tls);
        api.put(`${APPS}/deployments`, { ...DONE });
        return api;
    };

    before(function () {
        if (certified("server") && certified("client")) return;
        skip(this, "PATH lacks openssl, which makes certificates");
    });
    afterEach(() => api?.stop());
    after(() => rmSync(folder, { recursive: true }));

    const trusted = () => ({ "certificate-authority-data": data("server.crt") });
    const tls = () => ({ key: file("server.key"), cert: file("server.crt") });

    it("is by token where the kubeconfig has one", async () => {
        const server = await serve(tls());
        await pass(server.kubeconfig({ token: "abc" }, trusted()));
        assert.deepEqual([...new Set(server.asked.map(({ authorization }) => authorization))], ["Bearer abc"]);
    });

    it("is by certificates, and trusts no other server than the kubeconfig's", async () => {
        const strict = { ca: file("client.crt"), requestCert: true, rejectUnauthorized: true };
        const server = await serve({ ...tls(), ...strict });
        const user = { "client-certificate-data": data("client.crt"), "client-key-data": data("client.key") };
        assert.equal(await pass(server.kubeconfig(user, trusted())), "1 workload is ready");
        assert.deepEqual([...new Set(server.asked.map(({ client }) => client))], ["client"]);
        const other = { "certificate-authority-data": data("client.crt") };
        await assert.rejects(pass(server.kubeconfig(user, other)), /API server: cannot be trusted: .*certificate/);
    });

    it("is by kubectl where a login program is needed, lists and watches alike", async function () {
        if (!onPath("kubectl")) skip(this, "PATH lacks kubectl (make tools brings it)");
        const server = await serve(tls());
        server.put(`${APPS}/deployments`, { ...DONE, metadata: { ...DONE.metadata, generation: 2 } });
        const credential = {
            apiVersion: "client.authentication.k8s.io/v1",
            kind: "ExecCredential",
            status: { token: "of-the-program" },
        };
        const exec = {
            apiVersion: credential.apiVersion,
            command: "sh",
            args: ["-c", `echo '${JSON.stringify(credential)}'`],
            interactiveMode: "Never",
        };
        const opened = pass(server.kubeconfig({ exec }, trusted()));
        while (server.count("watch") === 0) await sleep(5);
        server.put(`${APPS}/deployments`, { ...DONE });
        assert.equal(await opened, "1 workload is ready");
        const tokens = new Set(server.asked.map(({ authorization }) => authorization));
        assert.deepEqual([...tokens], ["Bearer of-the-program"]);
        const broken = { ...exec, apiVersion: "none" };
        await assert.rejects(
            pass(server.kubeconfig({ exec: broken }, trusted())),
            (error: Error) => error.name === "UserError" && /kubectl proxy: ended: .*none/.test(error.message),
        );
    });

    it("says that kubectl is missing when it is needed", async () => {
        const path = process.env["PATH"];
        try {
            process.env["PATH"] = folder;
            const kubeconfig = (await serve()).kubeconfig({ exec: {} });
            await assert.rejects(pass(kubeconfig), /kubectl proxy: ended: there is no kubectl on PATH/);
        } finally {
            process.env["PATH"] = path;
        }
    });
});

function onPath(program: string): boolean {
    return (process.env["PATH"] ?? "").split(delimiter).some((path) => existsSync(join(path, program)));
}
