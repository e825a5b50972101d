import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { stringify } from "yaml";
import { gate, type GateLimits } from "../../tools/readiness/gate";
import type { ScriptResult } from "../helpers/fake-kind";
import { KwokScripts, missingKwokTools } from "../helpers/kwok-scripts";
import { skip, skipWithout } from "../helpers/skip";

const CLUSTER = "hearth-readiness";

type Fields = Readonly<Record<string, unknown>>;

/** A workload's manifest; `spec` is added to its pods' and `container` to their only container. */
function workload(kind: string, name: string, spec: Fields = {}, container: Fields = {}, more: Fields = {}): Fields {
    const job = kind === "Job";
    const labels = { app: name };
    return {
        apiVersion: job ? "batch/v1" : "apps/v1",
        kind,
        metadata: { name },
        spec: {
            ...(job ? {} : { selector: { matchLabels: labels } }),
            ...(kind === "StatefulSet" ? { serviceName: name } : {}),
            template: {
                metadata: { labels },
                spec: {
                    ...(job ? { restartPolicy: "Never" } : {}),
                    containers: [{ name: "main", image: `${name}:1`, ...container }],
                    ...spec,
                },
            },
            ...more,
        },
    };
}

const object = (kind: string, name: string, rest: Fields): Fields => ({
    apiVersion: "v1",
    kind,
    metadata: { name },
    ...rest,
});

const claimOf = (storageClassName: string): Fields => ({
    spec: { accessModes: ["ReadWriteOnce"], storageClassName, resources: { requests: { storage: "1Gi" } } },
});

const PLATFORM: readonly Fields[] = [
    object("Secret", "credentials", { stringData: { password: "not-shown" } }),
    object("ConfigMap", "settings", { data: { "app.yaml": "{}" } }),
    object("ServiceAccount", "web", {}),
    object("Service", "web", { spec: { selector: { app: "web" }, ports: [{ port: 80, targetPort: "http" }] } }),
    workload(
        "Deployment",
        "web",
        {
            serviceAccountName: "web",
            volumes: [
                { name: "settings", configMap: { name: "settings", items: [{ key: "app.yaml", path: "app.yaml" }] } },
                { name: "optional", secret: { secretName: "not-there", optional: true } },
            ],
        },
        {
            env: [{ name: "PASSWORD", valueFrom: { secretKeyRef: { name: "credentials", key: "password" } } }],
            ports: [{ name: "http", containerPort: 8080 }],
            readinessProbe: { httpGet: { port: "http", path: "/" } },
        },
        { replicas: 2 },
    ),
    workload(
        "StatefulSet",
        "db",
        {},
        { volumeMounts: [{ name: "data", mountPath: "/data" }] },
        {
            volumeClaimTemplates: [{ metadata: { name: "data" }, ...claimOf("standard") }],
        },
    ),
    workload("DaemonSet", "agent"),
    workload("Job", "once"),
];

interface Case {
    readonly name: string;
    readonly objects: readonly Fields[];
    readonly told: RegExp;
}

const data = { volumes: [{ name: "data", persistentVolumeClaim: { claimName: "data" } }] };
const variable = (valueFrom: Fields): Fields => ({ env: [{ name: "A", valueFrom }] });

/** What no kubelet could start, though KWOK would, and what not even becomes a pod. */
const CASES: readonly Case[] = [
    {
        name: "a missing Secret",
        objects: [workload("Deployment", "web", {}, { envFrom: [{ secretRef: { name: "gone" } }] })],
        told: /Deployment ns-\d+\/web, pod web-\S+, container main: Secret gone is missing/,
    },
    {
        name: "a missing ConfigMap",
        objects: [workload("Deployment", "web", { volumes: [{ name: "v", configMap: { name: "gone" } }] })],
        told: /pod web-\S+, volume v: ConfigMap gone is missing/,
    },
    {
        name: "a missing key",
        objects: [
            object("Secret", "credentials", { stringData: { password: "not-shown" } }),
            workload("Deployment", "web", {}, variable({ secretKeyRef: { name: "credentials", key: "user" } })),
        ],
        told: /container main: Secret credentials has no key user/,
    },
    {
        name: "a missing ServiceAccount",
        objects: [workload("Deployment", "web", { serviceAccountName: "gone" })],
        told: /Deployment ns-\d+\/web: its pods are refused: ServiceAccount gone is missing/,
    },
    {
        name: "a claim without a class",
        objects: [object("PersistentVolumeClaim", "data", claimOf("")), workload("Deployment", "web", data)],
        told: /pod web-\S+, claim data: has no StorageClass, and no volume fits it/,
    },
    {
        name: "a claim of a class that does not exist",
        objects: [object("PersistentVolumeClaim", "data", claimOf("fast")), workload("Deployment", "web", data)],
        told: /claim data: wants the StorageClass fast, which does not exist/,
    },
    {
        name: "a missing claim",
        objects: [workload("Deployment", "web", data)],
        told: /claim data: is missing/,
    },
    {
        name: "a pod that no node can take",
        objects: [workload("StatefulSet", "db", {}, { resources: { requests: { cpu: "1000" } } })],
        told: /StatefulSet ns-\d+\/db, pod db-0: no node takes it: it asks for 1000 cpu, and the largest node has 8/,
    },
    {
        name: "a class of priority that does not exist",
        objects: [workload("DaemonSet", "agent", { priorityClassName: "gone" })],
        told: /DaemonSet ns-\d+\/agent: its pods are refused: PriorityClass gone is missing/,
    },
    {
        name: "a probe of a port that is not there",
        objects: [workload("Deployment", "web", {}, { readinessProbe: { tcpSocket: { port: "http" } } })],
        told: /its readiness probe goes to port http, which it does not name/,
    },
    {
        name: "a Service that leads nowhere",
        objects: [
            workload("Deployment", "web"),
            object("Service", "web", { spec: { selector: { app: "wbe" }, ports: [{ port: 80 }] } }),
        ],
        told: /Service ns-\d+\/web: its selector \(app=wbe\) matches no pod/,
    },
];

describe("the readiness gate on a real API server", function () {
    this.timeout(120_000);
    const kwok = new KwokScripts();
    let kubeconfig = "";
    let namespaces = 0;

    const kubectl = (args: readonly string[], manifest = ""): string => {
        const { status, stdout, stderr } = kwok.kubectl(CLUSTER, args, manifest);
        assert.equal(status, 0, stderr);
        return stdout.trim();
    };
    /** Makes a namespace of its own for each case, so that none sees another. */
    const namespaceWith = (objects: readonly Fields[], labels: Fields = {}): string => {
        const name = `ns-${++namespaces}`;
        kubectl(["apply", "-f", "-"], stringify({ apiVersion: "v1", kind: "Namespace", metadata: { name, labels } }));
        apply(name, objects);
        return name;
    };
    const apply = (namespace: string, objects: readonly Fields[]): string =>
        kubectl(["-n", namespace, "apply", "-f", "-"], objects.map((one) => stringify(one)).join("---\n"));
    const pass = (namespace: string, said: string[] = [], limits: Partial<GateLimits> = {}): Promise<string> =>
        gate({ kubeconfig, namespaces: [namespace], simulated: true }, (line) => said.push(line), limits);
    const failure = async (namespace: string, limits: Partial<GateLimits> = {}): Promise<string> => {
        const error: unknown = await pass(namespace, [], limits).then(
            (line) => line,
            (reason: unknown) => reason,
        );
        assert.ok(error instanceof Error && error.name === "UserError", String(error));
        return error.message;
    };
    const until = async (true_: () => boolean): Promise<void> => {
        while (!true_()) await sleep(50);
    };
    /** Makes a simulated pod look as a kubelet leaves one whose image is not there. */
    const withoutImage = (namespace: string, pod: string): void => {
        const message = 'Back-off pulling image "x:1": ErrImagePull: docker.io/library/x:1: not found';
        const status = {
            conditions: [
                { type: "Ready", status: "False" },
                { type: "ContainersReady", status: "False" },
            ],
            containerStatuses: [
                {
                    name: "main",
                    image: "x:1",
                    imageID: "",
                    ready: false,
                    restartCount: 0,
                    state: { running: null, waiting: { reason: "ImagePullBackOff", message } },
                },
            ],
        };
        const patch = ["--type=strategic", "-p", JSON.stringify({ status })];
        kubectl(["-n", namespace, "patch", "pod", pod, "--subresource=status", ...patch]);
    };
    const readyPod = async (namespace: string, app: string): Promise<string> => {
        const args = ["-n", namespace, "get", "pods", "-l", `app=${app}`, "-o", NAMES_OF_READY];
        await until(() => kubectl(args) !== "");
        return kubectl(args).split(" ")[0] ?? "";
    };
    const NAMES_OF_READY = "jsonpath={.items[?(@.status.podIP)].metadata.name}";

    /** Kills the API server alone. @returns what starts it again as it was */
    const killApiServer = (): (() => void) => {
        const ids = kwok.processes(CLUSTER);
        const commands = ids.map((id) => readFileSync(`/proc/${id}/cmdline`, "utf8").split("\0").slice(0, -1));
        const index = commands.findIndex(([program = ""]) => program.endsWith("/kube-apiserver"));
        const [id, [program = "", ...args] = []] = [ids[index], commands[index]];
        assert.ok(id !== undefined);
        const cwd = readlinkSync(`/proc/${id}/cwd`);
        process.kill(id, "SIGKILL");
        // It ends with the cluster: it is known by the path that it is started from.
        return () => spawn(program, args, { cwd, detached: true, stdio: "ignore" }).unref();
    };

    before(async function () {
        skipWithout(this, missingKwokTools());
        const made: ScriptResult = await kwok.run("kwok-create.sh", CLUSTER);
        assert.equal(made.status, 0, made.stderr);
        kubeconfig = readFileSync(join(kwok.state, "clusters", CLUSTER, "kubeconfig"), "utf8");
    });
    after(() => kwok.remove());

    it("opens for a platform of every kind of workload, and at once when it is ready already", async () => {
        const namespace = namespaceWith(PLATFORM);
        assert.equal(await pass(namespace), "4 workloads are ready");
        const began = performance.now();
        assert.equal(await pass(namespace), "4 workloads are ready");
        console.log(`      a second time: ${Math.round(performance.now() - began)} ms (promised: 300 ms)`);
    });

    for (const { name, objects, told } of CASES) {
        it(`names ${name}`, async () => {
            // There is no other fault to wait for.
            const message = await failure(namespaceWith(objects), { settle: 500 });
            assert.match(message, told);
            assert.match(message, /\(1 problem\)/);
            assert.doesNotMatch(message, /not-shown/);
        });
    }

    it("names every fault of a platform at once", async () => {
        const objects = CASES.slice(0, 3).flatMap(({ objects }, index) =>
            objects.map((one) => JSON.parse(JSON.stringify(one).replaceAll('"web"', `"web${index}"`)) as Fields),
        );
        const message = await failure(namespaceWith(objects));
        assert.match(message, /\(3 problems\)/);
    });

    it("names what Pod Security refuses, for every kind of workload", async () => {
        const kinds = ["Deployment", "StatefulSet", "DaemonSet", "Job"];
        const objects = kinds.map((kind) => workload(kind, kind.toLowerCase()));
        const labels = { "pod-security.kubernetes.io/enforce": "restricted" };
        const message = await failure(namespaceWith(objects, labels));
        for (const kind of kinds) {
            const told = new RegExp(
                `${kind} ns-\\d+/${kind.toLowerCase()}: its pods are refused: they violate Pod Security`,
            );
            assert.match(message, told);
        }
        assert.match(message, /\(4 problems\)/);
    });

    it("names an image that a registry does not have", async () => {
        const namespace = namespaceWith([workload("Deployment", "web")]);
        withoutImage(namespace, await readyPod(namespace, "web"));
        const message = await failure(namespace);
        assert.match(message, /container main: image web:1 cannot be had \(ImagePullBackOff\): .*x:1: not found/);
    });

    it("names the old pod that a corrected StatefulSet waits for, and opens once that is deleted as it says", async () => {
        const namespace = namespaceWith([workload("StatefulSet", "db")]);
        withoutImage(namespace, await readyPod(namespace, "db"));
        await until(
            () => kubectl(["-n", namespace, "get", "sts/db", "-o", "jsonpath={.status.readyReplicas}"]) !== "1",
        );
        apply(namespace, [workload("StatefulSet", "db", {}, { image: "db:2" })]);
        const message = await failure(namespace);
        assert.match(message, /the pod of the old revision is in the way: image db:1 cannot be had/);
        const fix = /`kubectl (-n \S+ delete pod \S+)`/.exec(message)?.[1] ?? "";
        // A wait of kubectl's misses a pod's end when its successor of the same name comes at once, and never ends.
        kubectl([...fix.split(" "), "--wait=false"]);
        assert.equal(await pass(namespace), "1 workload is ready");
    });

    it("waits for a pod until a node takes it, through a crash of the API server", async function () {
        if (process.platform !== "linux") skip(this, "only /proc tells how a process was started");
        const namespace = namespaceWith([workload("Deployment", "web", { nodeSelector: { disk: "fast" } })]);
        const said: string[] = [];
        const opened = pass(namespace, said);
        await until(() => said.some((line) => /no node for pod web-\S+: .*node affinity\/selector/.test(line)));
        const startAgain = killApiServer();
        await until(() => said.some((line) => line.startsWith("waiting for the API server")));
        startAgain();
        await until(() => kwok.kubectl(CLUSTER, ["label", "nodes", "--all", "disk=fast"]).status === 0);
        assert.equal(await opened, "1 workload is ready");
    });

    it("sees a rollout through, from one revision to the next", async () => {
        const namespace = namespaceWith([workload("Deployment", "web", {}, {}, { replicas: 3 })]);
        assert.equal(await pass(namespace), "1 workload is ready");
        apply(namespace, [workload("Deployment", "web", {}, { image: "web:2" }, { replicas: 3 })]);
        assert.equal(await pass(namespace), "1 workload is ready");
        const images = kubectl(["-n", namespace, "get", "pods", "-o", "jsonpath={.items[*].spec.containers[0].image}"]);
        assert.deepEqual([...new Set(images.split(" "))], ["web:2"]);
    });
});
