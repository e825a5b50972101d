import assert from "node:assert/strict";
import { namespacesOf } from "../../components/config/namespaces";
import type { Registered } from "../helpers/harness";
import { leaks } from "../helpers/leaks";
import { runStack, type StackRun } from "../helpers/platform";
import { awaited, COMMAND, deletedWith, KINDS, RELEASE } from "../helpers/stack-graph";

const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

const inKubernetes = ({ harness }: StackRun): readonly Registered[] =>
    harness.resources.filter(({ type }) => type.startsWith("kubernetes:"));

for (const stack of ["dev-fast", "cilium", "full"]) {
    describe(`stack ${stack}, as every stack,`, function () {
        this.timeout(60_000);
        let run: StackRun;
        before(async () => {
            run = await runStack(stack);
        });

        it("names every child after its parent, so that no two resources can have one name", () => {
            for (const { name, parent } of run.harness.resources) {
                const owner = run.harness.resources.find(({ urn }) => urn === parent);
                if (owner === undefined || owner.type === "hearth:platform:Platform") continue;
                assert.ok(name.startsWith(`${owner.name}-`), `${name} is a child of ${owner.name}`);
            }
            const names = run.harness.resources.map(({ type, name }) => `${type} ${name}`);
            assert.equal(new Set(names).size, names.length);
        });

        it("gives everything in the cluster its provider, and lets it die with the cluster", () => {
            const identity = run.harness.only(COMMAND, "cluster-identity");
            const provider = run.harness.only("pulumi:providers:kubernetes");
            assert.ok(inKubernetes(run).length > 40);
            for (const resource of inKubernetes(run)) {
                assert.ok(resource.provider.startsWith(provider.urn), `${resource.name} has another provider`);
                assert.equal(deletedWith(run, resource), identity.urn, resource.name);
            }
        });

        it("applies every object under one name, by which a later run is known to the API server", () => {
            const annotation = "pulumi.com/patchFieldManager";
            for (const { type, name, inputs } of inKubernetes(run)) {
                const { annotations = {} } = (inputs["metadata"] ?? {}) as { annotations?: Record<string, string> };
                assert.equal(annotations[annotation], type === RELEASE ? undefined : `hearth-${stack}`, name);
            }
        });

        it("lets generated credentials outlive the cluster", () => {
            const generated = run.harness.resources.filter(({ type }) => type.startsWith("random:"));
            assert.ok(generated.length > 5);
            for (const resource of generated) assert.equal(deletedWith(run, resource), "", resource.name);
        });

        it("ends with a gate that waits for every release and workload, and that nothing waits for", () => {
            const gate = run.harness.only("hearth:readiness:Readiness");
            const command = run.harness.all(COMMAND).find(({ parent }) => parent === gate.urn);
            assert.ok(command !== undefined);
            const waits = awaited(run, command);
            const makers = [
                ...run.harness.all(RELEASE).filter(({ name }) => !KINDS.includes(name)),
                ...run.harness.all("kubernetes:apps/v1:StatefulSet"),
                ...run.harness.all("kubernetes:apps/v1:DaemonSet"),
            ];
            assert.ok(makers.length >= 8);
            for (const { urn, name } of makers) assert.ok(waits.has(urn), name);
            for (const other of run.harness.resources) assert.ok(!other.dependencies.includes(command.urn), other.name);
        });

        it("writes no secret into any input that is not marked as one", () => {
            const secrets = [
                "kubeconfig-of-the-cluster",
                ...run.harness
                    .all("kubernetes:core/v1:Secret")
                    .flatMap(({ inputs }) => Object.values(inputs["stringData"] ?? {}))
                    .map(String)
                    .filter((value) => value.length > 8),
            ];
            assert.ok(secrets.length > 10);
            const told = [...run.raw].flatMap(([name, inputs]) => leaks(inputs, secrets).map((path) => name + path));
            assert.deepEqual(told, []);
        });

        it("can be previewed before there is a cluster", async () => {
            const { harness } = await runStack(stack, { preview: true });
            assert.deepEqual(
                harness.resources.map(({ urn }) => urn).sort(),
                run.harness.resources.map(({ urn }) => urn).sort(),
            );
            for (const release of harness.all(RELEASE)) {
                const { name, namespace, chart, version } = release.inputs;
                assert.ok(!JSON.stringify([name, namespace, chart, version]).includes(UNKNOWN), release.name);
            }
        });

        it("puts every namespace of ours under default deny, before anything that is in it needs to be there", () => {
            const spaces = namespacesOf(run.config.layers, run.config.applicationNamespaces).map(({ name }) => name);
            const denied = [
                ...run.harness.all("kubernetes:networking.k8s.io/v1:NetworkPolicy"),
                ...run.harness.all("kubernetes:cilium.io/v2:CiliumNetworkPolicy"),
            ].flatMap(({ inputs }) => {
                const { name, namespace } = inputs["metadata"] as { readonly name: string; readonly namespace: string };
                return name === "default-deny" ? [namespace] : [];
            });
            assert.deepEqual(denied.sort(), [...spaces].sort());
            for (const policy of run.harness.resources.filter(({ type }) => type.endsWith("NetworkPolicy"))) {
                assert.deepEqual(
                    run.harness
                        .all(RELEASE)
                        .filter(({ urn, name }) => awaited(run, policy).has(urn) && !KINDS.includes(name)),
                    [],
                    policy.name,
                );
            }
        });
    });
}
