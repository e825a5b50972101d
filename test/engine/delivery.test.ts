import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { MANIFESTS_DIR } from "../../components/config/delivery";
import { EngineStack, missingEngineTools, type RunResult, succeed } from "../helpers/engine-stack";
import { changesOf, summaryOf } from "../helpers/engine-state";
import { skipWithout } from "../helpers/skip";

const SETTINGS = { "hearth:layers": ["traefik", "postgresql"] };

/** What the demo brings beside its objects: its Secret and a password, and PostgreSQL learns of its database. */
const ITS_DATABASE = /^(credentials-(postgresql-owner-shop|demo-database)|postgresql-.*|readiness-gate)$/;

describe("applications of the rendered tree, applied by Pulumi", function () {
    this.timeout(300_000);
    let stack: EngineStack;

    const up = async (...args: readonly string[]): Promise<RunResult> => succeed(await stack.run("up", ...args));
    const inApps = (kinds: string): readonly string[] =>
        stack
            .kubectl("-n", "apps", "get", kinds, "-o", "name")
            .split("\n")
            .filter((name) => name !== "");

    before(async function () {
        skipWithout(this, missingEngineTools());
        stack = new EngineStack(SETTINGS);
        await up();
    });
    after(() => stack?.remove());

    it("are not the demo, until that is switched on", async () => {
        assert.deepEqual(inApps("deployments,httproutes"), []);
        stack.configure({ ...SETTINGS, "hearth:demo": true });
        const made = Object.entries(changesOf(await up())).filter(([, change]) => change === "created");
        assert.ok(
            made.every(([name]) => name.startsWith("applications") || ITS_DATABASE.test(name)),
            String(made),
        );
        assert.deepEqual(inApps("deployments,httproutes"), [
            "deployment.apps/shop-backend",
            "deployment.apps/shop-frontend",
            "httproute.gateway.networking.k8s.io/shop",
        ]);
        const ready = stack.kubectl(
            "-n",
            "apps",
            "get",
            "deployments",
            "-o",
            "jsonpath={.items[*].status.readyReplicas}",
        );
        assert.equal(ready, "1 1");
        assert.match(stack.kubectl("-n", "apps", "get", "secret", "demo-database", "-o", "name"), /demo-database/);
        assert.deepEqual(Object.keys(summaryOf(await up("--force"))), ["unchanged"]);
    });

    it("are accepted by the API server as they are in the tree of every stack", () => {
        const stacks = readdirSync(MANIFESTS_DIR);
        assert.ok(stacks.length >= 3);
        for (const name of stacks) {
            const said = stack.kubectl(
                ...["apply", "--recursive", "--dry-run=server", "--validate=strict"],
                ...["-f", stack.path(`${MANIFESTS_DIR}/${name}`)],
            );
            assert.match(said, /deployment\.apps\/shop-frontend/, name);
        }
    });

    it("are left alone by a tree that is not valid: nothing is made, and every problem is told", async () => {
        stack.write("manifests/dev-fast/web/web.yaml", "apiVersion: v1\nkind: Secret\nmetadata: { name: web }\n");
        const { status, output } = await stack.run("up");
        assert.notEqual(status, 0);
        assert.match(output, /web\.yaml: Secret web is of a kind/);
        assert.equal(inApps("deployments").length, 2);
    });

    it("stop at a wave that is refused: what comes after it is not made", async () => {
        const object = (name: string, wave: number): string =>
            `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: ${name}, annotations: { argocd.argoproj.io/sync-wave: "${wave}" } }\n`;
        stack.write(
            "manifests/dev-fast/web/web.yaml",
            `${object("first", 0)}---\n${object("Not_A_Name", 1)}---\n${object("last", 2)}`,
        );
        assert.notEqual((await stack.run("up")).status, 0);
        const names = inApps("configmaps");
        assert.ok(names.includes("configmap/first") && !names.includes("configmap/last"), String(names));
        stack.write("manifests/dev-fast/web/web.yaml", `${object("first", 0)}---\n${object("last", 2)}`);
        await up();
        assert.ok(inApps("configmaps").includes("configmap/last"));
    });

    it("go when the demo is switched off, and nothing else does", async () => {
        stack.configure(SETTINGS);
        const changes = Object.entries(changesOf(await up()));
        const deleted = changes.filter(([, change]) => change === "deleted").map(([name]) => name);
        assert.equal(deleted.filter((name) => name.includes(".apps.shop")).length, 7);
        assert.ok(
            deleted.every((name) => name.includes(".apps.shop") || ITS_DATABASE.test(name)),
            String(deleted),
        );
        assert.deepEqual(inApps("deployments,httproutes"), []);
        assert.ok(inApps("configmaps").includes("configmap/last"));
    });
});
