import assert from "node:assert/strict";
import { existsSync, readdirSync, renameSync, rmSync, unlinkSync, utimesSync } from "node:fs";
import { EngineStack, missingEngineTools, succeed } from "../helpers/engine-stack";
import { summaryOf } from "../helpers/engine-state";
import { skipWithout } from "../helpers/skip";
import { WatchedStack } from "../helpers/watched-stack";

const FOLDER = "manifests/dev-fast/web";
const APPLIED = /applied by Pulumi in /;

function configMap(name: string, value: string): string {
    return `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: ${name} }\ndata: { value: "${value}" }\n`;
}

describe("make watch", function () {
    this.timeout(240_000);
    let stack: EngineStack;
    let watch: WatchedStack;

    /** The value of a ConfigMap in the cluster; undefined where it is not there. */
    const inCluster = (name: string): string | undefined => {
        const args = ["-n", "apps", "get", "configmap", name, "--ignore-not-found", "-o", "jsonpath={.data.value}"];
        const value = stack.kubectl(...args);
        return value === "" ? undefined : value;
    };
    const save = (name: string, value: string): void => stack.write(`${FOLDER}/${name}.yaml`, configMap(name, value));

    before(async function () {
        skipWithout(this, missingEngineTools());
        stack = new EngineStack({ "hearth:layers": ["traefik"] });
        save("web", "one");
        succeed(await stack.run("up"));
        watch = new WatchedStack(stack);
        await watch.after(() => undefined, APPLIED);
    });
    after(() => stack?.remove());

    it("applies a file that is saved, shows how it differs, and says what became of the object", async () => {
        const said = await watch.after(() => save("web", "two"), APPLIED);
        assert.match(said, /~ ConfigMap apps\/web\n +data\.value: "one" → "two"\nok ConfigMap apps\/web: updated/);
        assert.equal(inCluster("web"), "two");
    });

    it("applies a file that is new, and reads nothing but its folder anew", async () => {
        stack.write("manifests/dev-fast/other/other.yaml", configMap("other", "one"));
        await watch.after(() => undefined, APPLIED);
        const said = await watch.after(() => save("more", "one"), APPLIED);
        assert.match(said, /^read manifests\/dev-fast\/web$/m);
        assert.match(said, /\+ ConfigMap apps\/more/);
        assert.deepEqual([inCluster("other"), inCluster("more")], ["one", "one"]);
    });

    it("applies what an editor writes beside and renames into place, and takes no note of the rest that it writes", async () => {
        const path = stack.path(`${FOLDER}/web.yaml`);
        const noise = await watch.quiet(() => {
            for (const name of [".web.yaml.swp", "4913", "web.yaml~", ".#web.yaml", "web.yaml.tmp"]) {
                stack.write(`${FOLDER}/${name}`, "- no object");
            }
        });
        assert.equal(noise, "");
        const said = await watch.after(() => {
            stack.write(`${FOLDER}/web.yaml.tmp`, configMap("web", "three"));
            renameSync(path, `${path}~`);
            renameSync(`${path}.tmp`, path);
        }, APPLIED);
        assert.match(said, /data\.value: "two" → "three"/);
        assert.equal(inCluster("web"), "three");
    });

    it("applies a burst of 500 changes once, and its end", async () => {
        const before = watch.times(APPLIED);
        await watch.after(() => {
            for (let index = 0; index < 500; index++) save("web", `burst ${index}`);
        }, APPLIED);
        assert.equal(inCluster("web"), "burst 499");
        assert.equal(watch.times(APPLIED), before + 1);
    });

    it("does nothing for what changes nothing: a time, the same text, another layout", async () => {
        const before = watch.times(APPLIED);
        const path = stack.path(`${FOLDER}/web.yaml`);
        assert.equal(await watch.quiet(() => utimesSync(path, new Date(), new Date())), "");
        assert.equal(await watch.quiet(() => save("web", "burst 499")), "");
        await watch.quiet(() => stack.write(`${FOLDER}/web.yaml`, `# a comment\n${configMap("web", "burst 499")}`));
        assert.equal(watch.times(APPLIED), before);
    });

    it("shows a syntax error, and leaves the last good state until that is mended", async () => {
        const broken = /the last good state stays[^]*web\.yaml: .* at line \d[^]*fix: /;
        await watch.after(() => stack.write(`${FOLDER}/web.yaml`, "kind: [ConfigMap\n"), broken);
        assert.equal(inCluster("web"), "burst 499");
        await watch.after(() => save("web", "mended"), APPLIED);
        assert.equal(inCluster("web"), "mended");
    });

    it("says by object what the API server refuses, and goes on once that is mended", async () => {
        const refused = configMap("Not_A_Name", "x");
        const said = await watch.after(() => stack.write(`${FOLDER}/refused.yaml`, refused), /not applied by Pulumi/);
        assert.match(said, /!! ConfigMap apps\/Not_A_Name: .*(Invalid|invalid)/);
        await watch.after(() => stack.write(`${FOLDER}/refused.yaml`, configMap("accepted", "x")), APPLIED);
        assert.equal(inCluster("accepted"), "x");
    });

    it("removes what is removed: a file's objects, and a folder's", async () => {
        const said = await watch.after(() => unlinkSync(stack.path(`${FOLDER}/more.yaml`)), APPLIED);
        assert.match(said, /- ConfigMap apps\/more\nok ConfigMap apps\/more: deleted/);
        assert.equal(inCluster("more"), undefined);
        await watch.after(() => rmSync(stack.path("manifests/dev-fast/other"), { recursive: true }), APPLIED);
        assert.equal(inCluster("other"), undefined);
        assert.equal(inCluster("web"), "mended");
    });

    it("runs make up when the settings change, and goes on from there", async () => {
        await watch.after(
            () => stack.configure({ "hearth:databases": ["app", "shop"] }),
            /the program or the settings have changed[^]*done in /,
        );
        await watch.after(() => save("web", "after up"), APPLIED);
        assert.equal(inCluster("web"), "after up");
    });

    it("leaves nothing behind when it is interrupted, and nothing to do for make up", async () => {
        const { status, output } = await watch.interrupt();
        assert.equal(status, 0, output);
        assert.match(output, /no longer watching/);
        assert.deepEqual(stack.runProcesses(), []);
        assert.deepEqual(readdirSync(stack.path(".hearth/tmp")), []);
        const locks = stack.path(".hearth/state/.pulumi/locks/organization/hearth/dev-fast");
        assert.deepEqual(existsSync(locks) ? readdirSync(locks) : [], []);
        assert.deepEqual(Object.keys(summaryOf(succeed(await stack.run("up", "--force")))), ["unchanged"]);
    });

    it("shows and applies nothing with --preview", async () => {
        const preview = new WatchedStack(stack, "--preview");
        await preview.after(() => undefined, /read manifests/);
        const said = await preview.after(() => save("web", "previewed"), /→ "previewed"/);
        assert.doesNotMatch(said, /applied/);
        assert.equal(inCluster("web"), "after up");
        assert.equal((await preview.interrupt()).status, 0);
        assert.deepEqual(stack.runProcesses(), []);
    });

    it("says so when the stack is not up", async () => {
        succeed(await stack.run("down"));
        const { status, output } = await stack.run("watch");
        assert.equal(status, 1);
        assert.match(output, /is not up\n +fix: make up STACK=dev-fast/);
    });
});
