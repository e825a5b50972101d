import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { during, EngineStack, missingEngineTools, succeed } from "../helpers/engine-stack";
import { helmRecords, idOf, objectsOf, orphansOf, resourcesOf, summaryOf, underWay } from "../helpers/engine-state";
import { skipWithout } from "../helpers/skip";

const RELEASE = "kubernetes:helm.sh/v3:Release";
const ALL = ["Deployment edge/traefik", "StatefulSet observability/loki", "StatefulSet storage/garage"];
const ANEW = /the state does not know the simulated cluster/;

describe("a stack whose runs are killed", function () {
    this.timeout(180_000);
    let stack: EngineStack;

    const hasRelease = (): boolean => {
        try {
            return helmRecords(stack).length > 0;
        } catch {
            // It does not answer yet.
            return false;
        }
    };
    const isGone = (): void => {
        assert.deepEqual(stack.processes(), []);
        assert.deepEqual(readdirSync(join(stack.state, "clusters")), []);
        assert.equal(existsSync(stack.statePath), false);
        assert.deepEqual(readdirSync(stack.path(".hearth/tmp")), []);
    };
    /** Whole, without what killed runs left half done: every release deployed once, in one of these revisions. */
    const isWhole = async (
        workloads: readonly string[],
        revisions: Readonly<Record<string, readonly number[]>>,
    ): Promise<void> => {
        assert.deepEqual(objectsOf(stack, "deployments,statefulsets,daemonsets,jobs").map(idOf).sort(), workloads);
        assert.deepEqual(orphansOf(stack), []);
        const records = helmRecords(stack).filter((record) => !record.endsWith(" superseded"));
        const expected = Object.entries(revisions).map(([release, versions]) => {
            const possible = versions.map((version) => `${release}.v${version} deployed`);
            return possible.find((record) => records.includes(record)) ?? possible.join(" or ");
        });
        assert.deepEqual(records, expected);
        assert.deepEqual(Object.keys(summaryOf(succeed(await stack.run("up", "--force")))), ["unchanged"]);
        assert.deepEqual(stack.runProcesses(), []);
        assert.equal(stack.clusterProcesses().length, 5);
        assert.deepEqual(readdirSync(stack.path(".hearth/tmp")), []);
    };

    before(function () {
        skipWithout(this, missingEngineTools());
        stack = new EngineStack({ "hearth:layers": ["traefik"] });
    });
    after(() => stack?.remove());

    it("goes away whole when it is taken down after a kill while its cluster was being made", async () => {
        const run = stack.start("up");
        await during(run, () => stack.clusterProcesses().length > 0);
        assert.equal(existsSync(join(stack.clusterDir, "cluster.json")), false);
        await stack.kill(run);
        const down = succeed(await stack.run("down"));
        assert.match(down.stdout, /is gone/);
        isGone();
    });

    it("begins anew after a kill of its first run, which writes its state at its end", async () => {
        const first = stack.start("up");
        await during(first, () => existsSync(join(stack.clusterDir, "cluster.json")));
        await stack.kill(first);

        const second = stack.start("up");
        await during(second, hasRelease);
        await stack.killEngine(second);
        assert.match(second.output(), ANEW);
        assert.deepEqual(resourcesOf(stack), []);

        const up = succeed(await stack.run("up"));
        assert.match(up.output, /removed the lock of a run that was killed/);
        assert.match(up.output, ANEW);
        await isWhole(["Deployment edge/traefik"], { "edge/traefik-crds": [1], "edge/traefik": [1] });
    });

    it("can be killed while the engine makes more of it, and at the gate", async () => {
        // Enough for releases, objects of our own and credentials, and quick.
        stack.configure({ "hearth:layers": ["traefik", "loki", "garage"] });
        const first = stack.start("up");
        await during(first, () => underWay(stack).includes(RELEASE));
        assert.notEqual((await stack.killEngine(first)).status, 0);

        // As long as nobody plays the kubelets no pod becomes ready.
        const kubelets = stack.clusterProcesses().filter(({ args }) => args.includes("kwok-controller"));
        assert.equal(kubelets.length, 1);
        for (const { pid } of kubelets) process.kill(pid, "SIGSTOP");
        const second = stack.start("up");
        await during(second, () => stack.runProcesses().some(({ args }) => args.includes("readiness-gate")));
        await stack.killEngine(second);
        for (const { pid } of kubelets) process.kill(pid, "SIGCONT");
        assert.match(second.output(), /the last run was cut off in the middle/);
        assert.doesNotMatch(second.output(), ANEW);
    });

    it("comes up then, by an up like any other, as if nothing had been", async () => {
        const up = succeed(await stack.run("up"));
        assert.match(up.output, /removed the lock of a run that was killed/);
        assert.doesNotMatch(up.output, ANEW);
        await isWhole(ALL, { "edge/traefik-crds": [1], "edge/traefik": [1], "observability/loki": [1] });
    });

    it("comes into line with new settings after a kill in the middle of the change", async () => {
        stack.configure({
            "hearth:layers": ["traefik", "loki", "garage"],
            "hearth:retention": { logs: 12 },
            "hearth:corsOrigins": ["http://localhost:1234"],
        });
        const run = stack.start("up");
        await during(run, () => underWay(stack).includes(RELEASE));
        await stack.killEngine(run);
        succeed(await stack.run("up"));
        const config = stack.kubectl("-n", "observability", "get", "configmap", "loki", "-o", "yaml");
        assert.match(config, /retention_period: 12h/);
        // The provider outlives the engine: it may have ended the upgrade before the next run ended it.
        await isWhole(ALL, { "edge/traefik-crds": [1], "edge/traefik": [1], "observability/loki": [2, 3] });
    });

    it("goes away whole when taking it down was killed and is done again", async () => {
        const run = stack.start("down");
        await during(run, () => stack.clusterProcesses().length < 5);
        await stack.kill(run);
        // A run that takes a cluster down writes its state at its end only.
        assert.ok(resourcesOf(stack).length > 1);
        succeed(await stack.run("down"));
        isGone();
    });
});
