import assert from "node:assert/strict";
import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { killAll } from "../helpers/engine-processes";
import { during, EngineStack, missingEngineTools, type RunResult, STACK, succeed } from "../helpers/engine-stack";
import {
    changesOf,
    forget,
    helmRecords,
    idOf,
    objectsOf,
    orphansOf,
    resourcesOf,
    summaryOf,
} from "../helpers/engine-state";
import { skipWithout } from "../helpers/skip";

const LOKI = "test/fixtures/charts/loki/templates/loki.yaml";
const LAYERS = ["traefik", "loki", "garage"];
const WORKLOADS = ["Deployment edge/traefik", "StatefulSet observability/loki", "StatefulSet storage/garage"];
/** The API server refuses it for its name. */
const REFUSED = "\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: { name: Not_A_Name }\n";

describe("a stack that something is wrong with", function () {
    this.timeout(400_000);
    let stack: EngineStack;

    const refuse = ({ status, output }: RunResult): string => {
        assert.equal(status, 1, output);
        assert.doesNotMatch(output, /^ +at .+:\d+/m, "a user's mistake has no stack trace");
        return output;
    };
    const workloads = (): readonly string[] => objectsOf(stack, "deployments,statefulsets,jobs").map(idOf).sort();
    const isWhole = async (): Promise<void> => {
        assert.deepEqual(workloads(), WORKLOADS);
        assert.deepEqual(orphansOf(stack), []);
        // Helm keeps a failed revision in its history; one that is pending would be in the way of the next.
        assert.deepEqual(
            helmRecords(stack).filter((record) => !/ (deployed|superseded|failed)$/.test(record)),
            [],
        );
        assert.deepEqual(
            helmRecords(stack).flatMap((record) => /^(.+)\.v\d+ deployed$/.exec(record)?.[1] ?? []),
            ["edge/traefik-crds", "edge/traefik", "observability/loki"],
        );
        assert.deepEqual(Object.keys(summaryOf(succeed(await stack.run("up", "--force")))), ["unchanged"]);
    };
    /** Runs `up` with another Loki chart; the stamp in a stand-in's version is what Pulumi sees of an edit. */
    const upWithLoki = async (change: (text: string) => string): Promise<RunResult> => {
        const result = await stack.edited(LOKI, change, async () => {
            succeed(await stack.run("charts", "--stamp"));
            return stack.run("up");
        });
        succeed(await stack.run("charts", "--stamp"));
        return result;
    };
    const nothingIsMade = (): void => {
        assert.deepEqual(stack.processes(), []);
        assert.equal(existsSync(join(stack.state, "clusters")), false);
    };

    before(function () {
        skipWithout(this, missingEngineTools());
        stack = new EngineStack({ "hearth:layers": LAYERS });
    });
    after(() => stack?.remove());
    afterEach(() => assert.deepEqual(stack.runProcesses(), []));

    for (const command of ["up", "preview"]) {
        it(`is refused by ${command} with everything that is wrong, and nothing is made`, async () => {
            stack.configure({
                "hearth:workers": 99,
                "hearth:layers": ["loki", "grafanaa"],
                "hearth:nonsense": true,
                "hearth:databases": "app",
            });
            const output = refuse(await stack.run(command));
            assert.match(output, /stack dev-fast is not valid \(5 problems\)/);
            for (const where of [
                "hearth:workers: 99 is not between 0 and 10",
                'hearth:layers: "grafanaa" is not a layer',
                'hearth:layers: "loki" is on and "garage" is off',
                "hearth:nonsense: there is no such setting",
                "hearth:databases: must be a list",
            ]) {
                assert.ok(output.includes(where), `${where} is not in\n${output}`);
            }
            assert.equal(output.match(/ {4}fix: /g)?.length, 5);
            nothingIsMade();
            stack.configure({});
        });
    }

    it("is refused by plain pulumi with the same words", async () => {
        stack.configure({ "hearth:workers": 99 });
        succeed(await stack.pulumi("stack", "init", STACK));
        const output = (await stack.pulumi("preview", "--stack", STACK)).output;
        assert.match(output, /hearth:workers: 99 is not between 0 and 10/);
        assert.doesNotMatch(output, /^ +at .+:\d+/m);
        nothingIsMade();
        stack.configure({});
    });

    it("names the chart that fails and what the API server says; the rest comes up, and the next up goes on", async () => {
        const failed = await upWithLoki((text) => text + REFUSED);
        assert.notEqual(failed.status, 0);
        assert.match(failed.output, /loki-release/);
        assert.match(failed.output, /Not_A_Name/);
        assert.match(failed.output, /run make up STACK=dev-fast again once that is mended/);
        const known = resourcesOf(stack).map(({ urn }) => urn.split("::").at(-1));
        assert.ok(known.includes("cluster-identity") && known.includes("garage-server"), known.join());
        assert.ok(!known.includes("readiness-gate"));
        succeed(await stack.run("up"));
        await isWhole();
    });

    it("is kept as it was by an upgrade that fails, and takes the upgrade once that is mended", async () => {
        const failed = await upWithLoki((text) => text.replace("replicas: {{ $part.replicas }}", "replicas: many"));
        assert.notEqual(failed.status, 0);
        assert.match(failed.output, /loki-release/);
        assert.deepEqual(workloads(), WORKLOADS);
        stack.configure({ "hearth:retention": { logs: 12 } });
        succeed(await stack.run("up"));
        const config = stack.kubectl("-n", "observability", "get", "configmap", "loki", "-o", "yaml");
        assert.match(config, /retention_period: 12h/);
        stack.configure({});
        succeed(await stack.run("up"));
        await isWhole();
    });

    it("does not come up with a pod that no kubelet could start, and says which reference leads nowhere", async () => {
        const failed = await upWithLoki((text) =>
            text.replace("configMap: { name: {{ $name }}-runtime }", "configMap: { name: nowhere }"),
        );
        assert.notEqual(failed.status, 0);
        assert.match(failed.output, /loki-0/);
        assert.match(failed.output, /ConfigMap nowhere/i);
        succeed(await stack.run("up"));
        await isWhole();
    });

    it("tells a second run that a first is at work, and lets the first end", async () => {
        stack.configure({ "hearth:retention": { logs: 24 } });
        const first = stack.start("up");
        await during(first, () => stack.runProcesses().some(({ args }) => /^(\S*\/)?pulumi up /.test(args)));
        await during(first, () =>
            readdirSync(stack.backend, { recursive: true, encoding: "utf8" }).some((file) =>
                /locks\/organization\/hearth\/dev-fast\/[^/]+\.json$/.test(file),
            ),
        );
        const output = refuse(await stack.run("up", "--force"));
        assert.match(output, /stack dev-fast is in use/);
        assert.match(output, /process \d+ on .+: is working on this stack/);
        succeed(await first.ended);
        stack.configure({});
        succeed(await stack.run("up"));
        await isWhole();
    });

    it("says whose key is needed when the age key is another one, and leaves all as it is", async () => {
        const variables = { HEARTH_STATE_DIR: join(stack.root, "stranger") };
        succeed(await stack.runWith({ variables }, "secrets", "--stack", "cilium"));
        const output = refuse(await stack.runWith({ variables }, "up", "--force"));
        assert.match(output, /is encrypted for age1\w+/);
        assert.match(output, /fix: /);
        await isWhole();
    });

    it("says what is wrong with a secrets file that was changed without sops, and leaves all as it is", async () => {
        const file = `secrets/${STACK}.sops.yaml`;
        const output = await stack.edited(
            file,
            (text) => text.replace(/mac: \S+/, "mac: gone"),
            async () => refuse(await stack.run("up", "--force")),
        );
        assert.match(output, new RegExp(file));
        assert.match(output, /fix: /);
        await isWhole();
    });

    it("takes over an object that a killed run had made and not noted", async () => {
        forget(stack, "garage-server");
        const up = succeed(await stack.run("up", "--force"));
        assert.deepEqual(changesOf(up), { "garage-server": "created" });
        const query = ["--show-managed-fields", "-o", "jsonpath={.metadata.managedFields[*].manager}"];
        const managers = stack.kubectl("-n", "storage", "get", "statefulset", "garage", ...query).split(" ");
        assert.deepEqual(managers.sort(), ["hearth-dev-fast", "kube-controller-manager"]);
        await isWhole();
    });

    it("starts its cluster again after all of its processes were killed, with what is in it", async () => {
        const before = stack.kubectl("get", "namespace", "kube-system", "-o", "jsonpath={.metadata.uid}");
        killAll(stack.clusterProcesses());
        const up = succeed(await stack.run("up"));
        assert.deepEqual(changesOf(up), {});
        assert.equal(stack.kubectl("get", "namespace", "kube-system", "-o", "jsonpath={.metadata.uid}"), before);
        await isWhole();
    });

    it("makes its cluster anew after that was removed behind its back, with the credentials that it had", async () => {
        const secret = ["-n", "observability", "get", "secret", "loki-s3", "-o", "jsonpath={.data}"];
        const before = stack.kubectl(...secret);
        killAll(stack.clusterProcesses());
        rmSync(stack.clusterDir, { recursive: true });
        const up = succeed(await stack.run("up"));
        assert.match(up.output, /cluster/);
        assert.equal(stack.kubectl(...secret), before);
        await isWhole();
    });

    it("is previewed, brought into line and destroyed by plain pulumi, too", async () => {
        const stackName = ["--stack", STACK];
        const preview = succeed(await stack.pulumi("preview", "--diff", ...stackName));
        assert.deepEqual(Object.keys(summaryOf(preview)), ["unchanged"]);
        stack.configure({ "hearth:retention": { logs: 24 } });
        const up = succeed(await stack.pulumi("up", "--yes", ...stackName));
        assert.deepEqual(changesOf(up), { "loki-release": "updated", "readiness-gate": "replaced" });
        const outputs: unknown = JSON.parse(
            succeed(await stack.pulumi("stack", "output", "--json", ...stackName)).stdout,
        );
        assert.ok(outputs !== null && typeof outputs === "object" && "kubeconfig" in outputs && "urls" in outputs);
        assert.equal(outputs.kubeconfig, "[secret]");
        succeed(await stack.pulumi("destroy", "--yes", ...stackName));
        assert.deepEqual(stack.clusterProcesses(), []);
        assert.deepEqual(readdirSync(join(stack.state, "clusters")), []);
        assert.deepEqual(resourcesOf(stack), []);
        succeed(await stack.run("down"));
        assert.equal(existsSync(stack.statePath), false);
    });
});
