import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { EngineStack, missingEngineTools, type RunResult, succeed } from "../helpers/engine-stack";
import { orphansOf, summaryOf } from "../helpers/engine-state";
import { skipWithout } from "../helpers/skip";

describe("a stack whose settings ask for another cluster", function () {
    this.timeout(180_000);
    let stack: EngineStack;

    const up = async (): Promise<RunResult> => succeed(await stack.run("up"));
    const password = async (): Promise<string> =>
        JSON.parse(succeed(await stack.run("outputs", "--show-secrets")).stdout).credentials["postgresql/app"].password;
    const clusters = (): readonly string[] => readdirSync(join(stack.state, "clusters"));
    /** The line that tells what goes, and whether it came before Pulumi began. */
    const told = ({ output }: RunResult): { readonly line: string; readonly first: boolean } => {
        const [line = ""] = /^.*has to make way for another.*$/m.exec(output) ?? [];
        const begun = output.search(/^(Updating|Previewing update) \(/m);
        return { line, first: output.indexOf(line) < begun };
    };

    before(async function () {
        skipWithout(this, missingEngineTools());
        stack = new EngineStack({ "hearth:layers": ["postgresql"] });
        assert.equal(told(await up()).line, "");
    });
    after(() => stack?.remove());

    it("is told by a preview what goes, and why, and nothing goes", async () => {
        stack.configure({ "hearth:workers": 1 });
        const { line, first } = told(succeed(await stack.run("preview")));
        assert.match(line, /^up would say: cluster hearth-dev-fast .*\(workers 0 → 1\)/);
        assert.ok(first);
        assert.equal(stack.kubectl("get", "nodes", "-o", "name").split("\n").length, 1);
    });

    it("is told by plain Pulumi, which keeps the cluster as it is", async () => {
        const told = /cluster hearth-dev-fast has to make way for another[^]*make up STACK=dev-fast ARGS=--replace/;
        const preview = succeed(await stack.pulumi("preview", "--stack", "dev-fast"));
        assert.match(preview.output, told);
        const result = await stack.pulumi("up", "--yes", "--skip-preview", "--stack", "dev-fast");
        assert.notEqual(result.status, 0);
        assert.match(result.output, told);
        assert.doesNotMatch(result.output, /deleting|deleted/);
        assert.equal(stack.kubectl("get", "nodes", "-o", "name").split("\n").length, 1);
    });

    it("is told before Pulumi begins, and then has another cluster with the passwords of the first", async () => {
        const before = await password();
        const result = await up();
        const { line, first } = told(result);
        assert.match(line, /^cluster hearth-dev-fast .*\(workers 0 → 1\).*Passwords and the secrets file stay$/);
        assert.ok(first);
        assert.equal(stack.kubectl("get", "nodes", "-o", "name").split("\n").length, 2);
        assert.equal(await password(), before);
        assert.deepEqual(orphansOf(stack), []);
        assert.deepEqual(Object.keys(summaryOf(succeed(await stack.run("up", "--force")))), ["unchanged"]);
    });

    it("leaves no cluster behind under an old name", async () => {
        const before = await password();
        stack.configure({ "hearth:workers": 1, "hearth:clusterName": "moved" });
        const { line } = told(await up());
        assert.match(line, /^cluster hearth-dev-fast .*\(name hearth-dev-fast → moved/);
        assert.deepEqual(clusters(), ["moved"]);
        assert.deepEqual(stack.clusterProcesses(), []);
        assert.equal(await password(), before);
    });
});
