import assert from "node:assert/strict";
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { probeCluster } from "../../components/cluster/probe";
import type { ScriptResult } from "../helpers/fake-kind";
import { KwokScripts, missingKwokTools } from "../helpers/kwok-scripts";
import { skip, skipWithout } from "../helpers/skip";

const NAME = "hearth-engine";

/** A control plane that needs longer than this is not what `make up` promises. */
const PROMISED_MS = 6000;

const WORKLOADS = `
apiVersion: apps/v1
kind: StatefulSet
metadata: { name: db, namespace: default }
spec:
  serviceName: db
  selector: { matchLabels: { app: db } }
  template:
    metadata: { labels: { app: db } }
    spec: { containers: [{ name: db, image: "db:1", volumeMounts: [{ name: data, mountPath: /data }] }] }
  volumeClaimTemplates:
    - { metadata: { name: data }, spec: { accessModes: [ReadWriteOnce], resources: { requests: { storage: 5Gi } } } }
---
apiVersion: batch/v1
kind: Job
metadata: { name: once, namespace: default }
spec: { template: { spec: { restartPolicy: Never, containers: [{ name: once, image: "once:1" }] } } }
---
apiVersion: v1
kind: Namespace
metadata: { name: strict, labels: { pod-security.kubernetes.io/enforce: restricted } }
`;

describe("the simulated cluster, run for real", function () {
    this.timeout(120_000);
    const missing = missingKwokTools();
    const kwok = new KwokScripts();
    let uid = "";

    const succeed = (result: ScriptResult): string => {
        assert.equal(result.status, 0, result.stderr);
        return result.stdout.trim();
    };
    const uidOf = (result: ScriptResult): string => (JSON.parse(succeed(result)) as { readonly uid: string }).uid;
    const kubectl = (...args: readonly string[]): ScriptResult => kwok.kubectl(NAME, args);

    before(async function () {
        skipWithout(this, missing);
        const start = Date.now();
        uid = uidOf(await kwok.run("kwok-create.sh", NAME));
        console.log(`      made in ${Date.now() - start} ms (promised: ${PROMISED_MS} ms)`);
    });
    after(() => kwok.remove());

    it("answers as the cluster that was made, with its nodes Ready", async () => {
        assert.equal((await probeCluster(NAME, kwok.state)).state, "alive");
        succeed(kubectl("wait", "--for=condition=Ready", "nodes", "--all", "--timeout=20s"));
    });

    it("is kept by a second creation", async () => {
        assert.equal(uidOf(await kwok.run("kwok-create.sh", NAME)), uid);
    });

    it("listens on the loopback address only", function () {
        if (process.platform !== "linux") skip(this, "who listens where is read from /proc, which Linux has");
        const processes = kwok.processes(NAME);
        assert.equal(processes.length, 5);
        for (const pid of processes) {
            const addresses = kwok.addresses(pid);
            assert.ok(addresses.length > 0);
            assert.deepEqual([...new Set(addresses)], ["0100007F"]);
        }
    });

    it("runs what it is given: pods Ready, claims bound, jobs complete", () => {
        succeed(kwok.kubectl(NAME, ["apply", "-f", "-"], WORKLOADS));
        succeed(kubectl("rollout", "status", "statefulset/db", "--timeout=30s"));
        succeed(kubectl("wait", "--for=condition=complete", "job/once", "--timeout=30s"));
        assert.equal(succeed(kubectl("get", "pvc", "data-db-0", "-o", "jsonpath={.status.phase}")), "Bound");
    });

    it("guards its namespaces by Pod Security, and its API by RBAC", () => {
        const pod = kubectl("-n", "strict", "run", "root", "--image=x:1");
        assert.match(pod.stderr, /violates PodSecurity "restricted/);
        assert.match(succeed(kubectl("create", "token", "default")), /^ey/);
        for (const user of ["system:serviceaccount:default:default", "system:anonymous"]) {
            assert.match(kubectl("get", "secrets", `--as=${user}`).stderr, /forbidden/i, user);
        }
    });

    it("gives volumes out again once they are released", async () => {
        const volume = succeed(kubectl("get", "pvc", "data-db-0", "-o", "jsonpath={.spec.volumeName}"));
        succeed(kubectl("delete", "statefulset/db", "pvc/data-db-0"));
        succeed(kubectl("wait", "--for=jsonpath={.status.phase}=Available", `pv/${volume}`, "--timeout=20s"));
    });

    it("comes back with all its data after every process was killed", async () => {
        for (const pid of kwok.processes(NAME)) process.kill(pid, "SIGKILL");
        assert.equal((await probeCluster(NAME, kwok.state)).state, "stopped");
        assert.equal(uidOf(await kwok.run("kwok-start.sh", NAME)), uid);
        assert.equal((await probeCluster(NAME, kwok.state)).state, "alive");
        succeed(kubectl("get", "job/once"));
    });

    it("is not taken for whole while one of its processes is dead", async () => {
        const [pid] = kwok.processes(NAME).slice(-1);
        assert.ok(pid !== undefined);
        process.kill(pid, "SIGKILL");
        assert.equal((await probeCluster(NAME, kwok.state)).state, "stopped");
        assert.equal(uidOf(await kwok.run("kwok-create.sh", NAME)), uid);
        assert.equal(kwok.processes(NAME).length, 5);
    });

    it("lives beside another one, made and removed at the same time", async () => {
        const names = ["hearth-engine-a", "hearth-engine-b"];
        const made = await Promise.all(names.map((name) => kwok.run("kwok-create.sh", name)));
        assert.equal(new Set([uid, ...made.map(uidOf)]).size, 3);
        await Promise.all(names.map((name) => kwok.run("kwok-delete.sh", name)));
        assert.deepEqual(
            names.flatMap((name) => kwok.processes(name)),
            [],
        );
        assert.equal((await probeCluster(NAME, kwok.state)).state, "alive");
    });

    it("is made anew when what it is made from changed", async () => {
        const next = uidOf(await kwok.run("kwok-create.sh", NAME, { CONFIG_HASH: "hash-2" }));
        assert.notEqual(next, uid);
        assert.notEqual(kubectl("get", "job/once").status, 0);
    });

    it("leaves no process and no file when it is removed, even when its record and a process are gone", async () => {
        const [pid] = kwok.processes(NAME);
        assert.ok(pid !== undefined);
        process.kill(pid, "SIGKILL");
        rmSync(join(kwok.state, "clusters", NAME, "cluster.json"));
        succeed(await kwok.run("kwok-delete.sh", NAME));
        assert.deepEqual(kwok.processes(NAME), []);
        assert.equal(existsSync(join(kwok.state, "clusters", NAME)), false);
        succeed(await kwok.run("kwok-delete.sh", NAME));
        assert.deepEqual(await probeCluster(NAME, kwok.state), { state: "absent" });
    });

    it("refuses a state folder that kwokctl would misread", async () => {
        const result = await kwok.run("kwok-create.sh", NAME, { HEARTH_STATE_DIR: join(kwok.state, "with space") });
        assert.notEqual(result.status, 0);
        assert.match(result.stderr, /path has a space/);
    });

    it("does not start from nothing", async () => {
        const { status, stderr } = await kwok.run("kwok-start.sh", NAME);
        assert.notEqual(status, 0);
        assert.match(stderr, /there is no cluster hearth-engine/);
    });
});
