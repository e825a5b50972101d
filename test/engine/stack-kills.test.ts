import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { during, EngineStack, missingEngineTools, succeed } from "../helpers/engine-stack";
import { helmRecords, idOf, objectsOf, orphansOf, resourcesOf, summaryOf, underWay } from "../helpers/engine-state";
import { skipWithout } from "../helpers/skip";

const RELEASE = "kubernetes:helm.sh/v3:Release";

describe("a stack whose runs are killed", function () {
    this.timeout(180_000);
    let stack: EngineStack;

    const isGone = (): void => {
        assert.deepEqual(stack.processes(), []);
        assert.deepEqual(readdirSync(join(stack.state, "clusters")), []);
        assert.equal(existsSync(stack.statePath), false);
        assert.deepEqual(readdirSync(stack.path(".hearth/tmp")), []);
    };
    /** Whole, without what killed runs left half done: every release deployed once, in one of these revisions. */
    const isWhole = async (revisions: Readonly<Record<string, readonly number[]>>): Promise<void> => {
        assert.deepEqual(objectsOf(stack, "deployments,statefulsets,daemonsets,jobs").map(idOf).sort(), [
            "Deployment edge/traefik",
            "StatefulSet observability/loki",
            "StatefulSet storage/garage",
        ]);
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
        // Enough for releases, objects of our own and credentials, and quick.
        stack = new EngineStack({ "hearth:layers": ["traefik", "loki", "garage"] });
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

    it("can be killed as soon as its cluster is there, while the engine makes releases, and at the gate", async () => {
        const first = stack.start("up");
        await during(first, () => existsSync(join(stack.clusterDir, "cluster.json")));
        await stack.kill(first);

        const second = stack.start("up");
        await during(second, () => underWay(stack).includes(RELEASE));
        assert.notEqual((await stack.killEngine(second)).status, 0);

        // As long as nobody plays the kubelets no pod becomes ready.
        const kubelets = stack.clusterProcesses().filter(({ args }) => args.includes("kwok-controller"));
        assert.equal(kubelets.length, 1);
        for (const { pid } of kubelets) process.kill(pid, "SIGSTOP");
        const third = stack.start("up");
        await during(third, () => stack.runProcesses().some(({ args }) => args.includes("readiness-gate")));
        await stack.killEngine(third);
        for (const { pid } of kubelets) process.kill(pid, "SIGCONT");
        assert.match(third.output(), /the last run was cut off in the middle/);
    });

    it("comes up then, by an up like any other, as if nothing had been", async () => {
        const up = succeed(await stack.run("up"));
        assert.match(up.output, /removed the lock of a run that was killed/);
        await isWhole({ "edge/traefik-crds": [1], "edge/traefik": [1], "observability/loki": [1] });
    });

    it("comes into line with new settings after a kill in the middle of the change", async () => {
        stack.configure({ "hearth:retention": { logs: 12 }, "hearth:corsOrigins": ["http://localhost:1234"] });
        const run = stack.start("up");
        await during(run, () => underWay(stack).includes(RELEASE));
        await stack.killEngine(run);
        succeed(await stack.run("up"));
        const config = stack.kubectl("-n", "observability", "get", "configmap", "loki", "-o", "yaml");
        assert.match(config, /retention_period: 12h/);
        // The provider outlives the engine: it may have ended the upgrade before the next run ended it.
        await isWhole({ "edge/traefik-crds": [1], "edge/traefik": [1], "observability/loki": [2, 3] });
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
