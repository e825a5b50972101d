import assert from "node:assert/strict";
import { RULES } from "../../policy/rules";
import { policyPreview, type PolicyPreview } from "../../tools/policy/events";
import { EngineStack, missingEngineTools, type RunResult } from "../helpers/engine-stack";
import { skipWithout } from "../helpers/skip";
import { CANARY } from "../helpers/policy-cases";

/** The settings of the other modes, on the simulated cluster. */
const LAYERS = {
    cilium: ["traefik", "prometheus", "grafana", "hubble-ui", "otel-collector", "node-exporter"],
    full: ["traefik", "prometheus", "otel-collector", "istio", "argocd", "hubble-ui"],
};

/** A program's end that breaks two rules: its Service is not in the port table, and has no provider. */
const SERVICE = `
import { Service } from "@pulumi/kubernetes/core/v1/service";

new Service("seed-service", {
    metadata: { name: "seeded", namespace: "seeded" },
    spec: { type: "NodePort", ports: [{ port: 80, nodePort: 31999 }] },
});
`;

/**
 * A program's end that breaks every rule, each once at least. What it makes has a value in it that no message may tell.
 */
const SEEDS = `${SERVICE}
import { Command } from "@pulumi/command/local";
import { CustomResource } from "@pulumi/kubernetes/apiextensions/customResource";
import { ConfigMap } from "@pulumi/kubernetes/core/v1/configMap";
import { Namespace } from "@pulumi/kubernetes/core/v1/namespace";
import { Pod } from "@pulumi/kubernetes/core/v1/pod";
import { Release } from "@pulumi/kubernetes/helm/v3/release";
import { ClusterRole } from "@pulumi/kubernetes/rbac/v1/clusterRole";
import { ClusterRoleBinding } from "@pulumi/kubernetes/rbac/v1/clusterRoleBinding";

new Namespace("seed-namespace", { metadata: { name: "seeded" } });
new Pod("seed-pod", {
    metadata: { name: "seeded", namespace: "seeded" },
    spec: {
        hostNetwork: true,
        volumes: [{ name: "root", hostPath: { path: "/${CANARY}" } }],
        containers: [{ name: "main", image: "${CANARY}:latest", securityContext: { privileged: true, runAsUser: 0 } }],
    },
});
new ConfigMap("seed-config", {
    metadata: { name: "seeded", namespace: "seeded" },
    data: { password: "${CANARY}" },
});
new ClusterRole("seed-role", {
    metadata: { name: "seeded" },
    rules: [{ apiGroups: ["*"], resources: ["*"], verbs: ["*"] }],
});
new ClusterRoleBinding("seed-binding", {
    metadata: { name: "seeded" },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "cluster-admin" },
    subjects: [{ kind: "ServiceAccount", name: "default", namespace: "seeded" }],
});
new CustomResource("seed-peers", {
    apiVersion: "security.istio.io/v1",
    kind: "PeerAuthentication",
    metadata: { name: "seeded", namespace: "seeded" },
    spec: { mtls: { mode: "PERMISSIVE" } },
});
new Release("seed-release", { chart: "test/fixtures/charts/tempo", version: "2.2.4", values: { adminToken: "${CANARY}" } });
new Command("seed-command", { create: "echo ${CANARY}" }, { additionalSecretOutputs: ["stdout"] });
`;

/** The end of what a run has printed, which is the engine's events. */
function told({ output }: RunResult): string {
    return output.slice(-3000);
}

describe("the policy pack under the real engine", function () {
    this.timeout(240_000);
    let stack: EngineStack;

    before(function () {
        skipWithout(this, missingEngineTools());
        stack = new EngineStack();
    });
    after(() => stack?.remove());

    async function previewed(...args: readonly string[]): Promise<{ result: RunResult; preview: PolicyPreview }> {
        const variables = { PULUMI_ENABLE_STREAMING_JSON_PREVIEW: "true" };
        const result = await stack.runWith(
            { variables },
            "preview",
            "--json",
            "--",
            "--policy-pack",
            "policy",
            ...args,
        );
        return { result, preview: policyPreview(result.stdout) };
    }

    const modes = [
        ["dev-fast", {}],
        ["cilium", { "hearth:cni": "cilium", "hearth:workers": 1, "hearth:layers": LAYERS.cilium }],
        ["full", { "hearth:cni": "cilium", "hearth:workers": 2, "hearth:layers": LAYERS.full }],
    ] as const;
    for (const [mode, settings] of modes) {
        it(`lets ${mode} pass, and says what a preview cannot know`, async () => {
            stack.configure({ ...settings });
            const { result, preview } = await previewed();
            assert.equal(result.status, 0, told(result));
            const rules = preview.findings.map(({ rule }) => rule);
            assert.deepEqual([...new Set(rules)], ["unseen-values"], told(result));
            const text = preview.findings.map(({ message }) => message).join("\n");
            assert.match(text, /dies-with-cluster could not judge .* and \d+ more/);
            assert.match(text, /no-plaintext-secret could not judge Secret/);
        });
    }

    it("catches a deliberate violation of each rule, and tells no value of it", async () => {
        stack.configure({});
        const { result, preview } = await stack.edited(
            "index.ts",
            (text) => text + SEEDS,
            () => previewed(),
        );
        assert.notEqual(result.status, 0);
        const caught = new Set(preview.findings.filter(({ level }) => level === "mandatory").map(({ rule }) => rule));
        const missed = RULES.map(({ name }) => name).filter((name) => !caught.has(name));
        assert.deepEqual(missed, [], told(result));
        for (const { message } of preview.findings) assert.ok(!message.includes(CANARY), message);
        for (const { rule, message } of preview.findings) {
            if (rule !== "unseen-values") assert.match(message, /seed.*\n\s+fix: /s, rule);
        }
    });

    it("takes levels and exceptions from Pulumi's configuration of policies", async () => {
        const configured = async (config: object): Promise<{ result: RunResult; preview: PolicyPreview }> => {
            stack.write(".hearth/policy.json", JSON.stringify(config));
            return stack.edited(
                "index.ts",
                (text) => text + SERVICE,
                () => previewed("--policy-pack-config", stack.path(".hearth/policy.json")),
            );
        };
        const advisory = await configured({ "host-ports": "advisory", "dies-with-cluster": "disabled" });
        assert.equal(advisory.result.status, 0, told(advisory.result));
        assert.ok(advisory.preview.findings.some(({ rule, level }) => rule === "host-ports" && level !== "mandatory"));
        assert.ok(
            !advisory.preview.findings.some(({ rule, level }) => rule === "dies-with-cluster" && level === "mandatory"),
        );
        const exceptions = [{ where: "Service seeded/seeded", reason: "a Service of the tests" }];
        const excepted = await configured({
            "host-ports": { enforcementLevel: "mandatory", exceptions },
            "dies-with-cluster": { enforcementLevel: "mandatory", exceptions },
        });
        assert.equal(excepted.result.status, 0, told(excepted.result));
        assert.ok(!excepted.preview.findings.some(({ rule }) => rule === "host-ports"));
    });

    it("is part of make policy, which looks into the charts, too", async () => {
        const clean = await stack.run("policy");
        assert.equal(clean.status, 0, clean.output);
        assert.match(clean.stdout, /policies of stack dev-fast: \d+ resources, \d+ objects of \d+ charts/);
        assert.match(clean.stdout, /\n0 violations, /);
        const template = "test/fixtures/charts/tempo/templates/tempo.yaml";
        const bad = await stack.edited(
            template,
            (text) => text + BAD_POD,
            () => stack.run("policy"),
        );
        assert.equal(bad.status, 1, bad.output);
        assert.match(
            bad.stdout,
            /no-privileged \(critical\): .*\n {2}why: .*\n {2}- Pod observability\/bad, .*\n\s+fix: /,
        );
        assert.ok(!bad.output.includes(CANARY), bad.output);
    });
});

const BAD_POD = `
---
apiVersion: v1
kind: Pod
metadata: { name: bad }
spec:
  containers:
    - { name: main, image: "${CANARY}:1", securityContext: { privileged: true } }
`;
