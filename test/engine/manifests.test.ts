import assert from "node:assert/strict";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import { readTree, type Tree } from "../../tools/lib/tree";
import { EngineStack, missingEngineTools, STACK, type RunResult } from "../helpers/engine-stack";
import { HAS_OFFICIAL_CHARTS, NO_OFFICIAL_CHARTS } from "../helpers/official-charts";
import { skip, skipWithout } from "../helpers/skip";

/** The settings of mode full, on the simulated cluster. */
const FULL = {
    "hearth:cni": "cilium",
    "hearth:workers": 2,
    "hearth:layers": ["traefik", "prometheus", "otel-collector", "postgresql", "istio", "argocd"],
    "hearth:demo": true,
};

describe("what make manifests writes", function () {
    this.timeout(180_000);
    let stack: EngineStack;

    before(function () {
        skipWithout(this, missingEngineTools());
        stack = new EngineStack();
    });
    after(() => stack?.remove());

    const manifests = async (folder: string): Promise<{ readonly result: RunResult; readonly tree: Tree }> => {
        const result = await stack.run("manifests", "--out", join(stack.root, folder));
        assert.equal(result.status, 0, result.output);
        return { result, tree: readTree(join(stack.root, folder)) };
    };

    it("is everything, byte for byte the same the second time and from another checkout, without a cluster", async () => {
        const { result, tree } = await manifests("first");
        assert.match(result.stdout, /first: wrote \d+, removed 0, left 0\n/);
        for (const path of [
            "objects/storage/StatefulSet-garage.yaml",
            "objects/observability/NetworkPolicy-default-deny.yaml",
            "releases/loki/release.yaml",
            "releases/loki/observability/StatefulSet-loki.yaml",
            "resources/command-local-Command/cluster-identity.yaml",
        ]) {
            assert.ok(tree.has(path), path);
        }
        const again = await manifests("first");
        assert.match(again.result.stdout, /first: wrote 0, removed 0, left \d+\n/);
        const other = new EngineStack();
        try {
            const elsewhere = await other.run("manifests");
            assert.equal(elsewhere.status, 0, elsewhere.output);
            assert.deepEqual(readTree(other.path(`.hearth/manifests/${STACK}`)), tree);
        } finally {
            await other.remove();
        }
        assert.equal(existsSync(stack.clusterDir), false);
        assert.equal(existsSync(stack.statePath), false);
        assert.deepEqual(stack.processes(), []);
    });

    it("is YAML that tells no secret and nothing of this machine", async () => {
        const chosen = "correct-horse-battery-staple";
        const set = await stack.runWith({ input: chosen }, "secrets", "--set", "grafana.adminPassword");
        assert.equal(set.status, 0, set.output);
        const { tree } = await manifests("first");
        for (const [path, text] of tree) {
            for (const document of parseAllDocuments(text)) assert.deepEqual(document.errors, [], path);
            assert.ok(!text.includes(chosen), path);
            assert.ok(!text.includes(stack.root), path);
        }
        const secret = tree.get("objects/observability/Secret-grafana-admin.yaml") ?? "";
        assert.match(secret, /^stringData: (\(known once it is there\)|"\[secret\]")$/m);
    });

    it("takes away what a stack applies no more, and has what Argo CD delivers", async () => {
        await manifests("changing");
        stack.configure(FULL);
        const { result, tree } = await manifests("changing");
        assert.match(result.stdout, /removed [1-9]\d*/);
        assert.equal(tree.has("releases/loki/release.yaml"), false);
        assert.equal(tree.has("objects/observability/NetworkPolicy-default-deny.yaml"), false);
        assert.ok(tree.has("objects/observability/CiliumNetworkPolicy-default-deny.yaml"), [...tree.keys()].join("\n"));
        assert.ok([...tree.keys()].some((path) => path.startsWith("delivered/manifests/full/demo/")));
        stack.configure({});
    });

    it("is the same twice with the official charts, too, which draw certificates", async function () {
        if (!HAS_OFFICIAL_CHARTS) skip(this, NO_OFFICIAL_CHARTS);
        const mirror = process.env["HEARTH_TEST_CHART_MIRROR"];
        stack.configure({ ...FULL, "hearth:charts": "official", "hearth:chartMirror": mirror });
        const { tree } = await manifests("official");
        assert.ok(tree.has("releases/cilium/kube-system/Secret-cilium-ca.yaml"), [...tree.keys()].join("\n"));
        for (const text of tree.values()) assert.ok(!text.includes("PRIVATE KEY") && !text.includes("LS0tLS1CRUdJTi"));
        const again = await manifests("official");
        assert.match(again.result.stdout, /official: wrote 0, removed 0, /);
        stack.configure({});
    });

    it("replaces nobody's files", async () => {
        const folder = join(stack.root, "mine");
        mkdirSync(folder);
        writeFileSync(join(folder, "letter.txt"), "dear");
        const { status, output } = await stack.run("manifests", "--out", folder);
        assert.equal(status, 1);
        assert.match(
            output,
            /mine: is there already, and make manifests has not made it\n {4}fix: name a folder that is/,
        );
        assert.deepEqual([...readTree(folder).keys()], ["letter.txt"]);
    });
});

describe("a preview in a fresh checkout", function () {
    this.timeout(180_000);

    before(function () {
        skipWithout(this, missingEngineTools());
    });

    it("fetches the charts that are not there yet: they are no mistake", async function () {
        if (!HAS_OFFICIAL_CHARTS) skip(this, NO_OFFICIAL_CHARTS);
        const fresh = new EngineStack({
            "hearth:layers": ["traefik"],
            "hearth:charts": "official",
            "hearth:chartMirror": process.env["HEARTH_TEST_CHART_MIRROR"],
        });
        try {
            const { status, output } = await fresh.run("preview");
            assert.equal(status, 0, output);
        } finally {
            await fresh.remove();
        }
    });
});
