import assert from "node:assert/strict";
import { rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { parseRecord } from "../../../components/cluster/record";
import { FakeKind, type ScriptResult } from "../../helpers/fake-kind";

describe("the kind scripts", function () {
    this.timeout(20_000);
    let fake: FakeKind;
    beforeEach(() => (fake = new FakeKind()));
    afterEach(() => fake.remove());

    const uidOf = ({ status, stdout, stderr }: ScriptResult): string => {
        assert.equal(status, 0, stderr);
        const identity = JSON.parse(stdout) as { readonly name: string; readonly uid: string };
        assert.equal(identity.name, fake.cluster);
        return identity.uid;
    };
    const create = (changes: Readonly<Record<string, string>> = {}): string =>
        uidOf(fake.run("kind-create.sh", changes));
    const refused = (result: ScriptResult, message: RegExp): void => {
        assert.notEqual(result.status, 0);
        assert.equal(result.stdout, "");
        assert.match(result.stderr, message);
        assert.match(result.stderr, /\n {2}fix: /);
    };

    describe("on a machine without the cluster", () => {
        it("make it from the configuration on stdin, print its identity, and record it", () => {
            const uid = create();
            assert.equal(fake.read("config.yaml"), "kind: Cluster\n");
            const record = parseRecord(fake.read(`state/clusters/${fake.cluster}/cluster.json`));
            assert.deepEqual(
                { ...record, createdAt: "" },
                {
                    name: fake.cluster,
                    provider: "kind",
                    stack: "dev-fast",
                    checkout: join(fake.root, "checkout"),
                    identity: uid,
                    configHash: "hash-1",
                    ports: [30081, 30300],
                    engine: "docker",
                    createdAt: "",
                },
            );
        });

        it("keep record and kubeconfig to the user alone, and touch no other kubeconfig", () => {
            create();
            for (const file of ["cluster.json", "kubeconfig"])
                assert.equal(statSync(join(fake.dir, file)).mode & 0o777, 0o600);
            assert.equal(fake.has("home/.kube"), false);
        });

        it("print the kubeconfig, and nothing else", () => {
            create();
            const { stdout, stderr } = fake.run("kubeconfig.sh");
            assert.deepEqual([stdout, stderr], [`kubeconfig of ${fake.cluster}\n`, ""]);
        });

        it("leave nothing behind when kind fails, and pass on what it says", () => {
            fake.write("fail", "ERROR: failed to create cluster: port is already allocated\n");
            refused(fake.run("kind-create.sh"), /port is already allocated[^]*kind could not make cluster/);
            assert.deepEqual(fake.containers(), []);
            assert.equal(fake.has(`state/clusters/${fake.cluster}`), false);
        });

        it("say so when the engine does not answer, before anything is made", () => {
            fake.write("engine-down");
            refused(fake.run("kind-create.sh"), /docker does not answer/);
            assert.deepEqual(fake.calls("kind create"), []);
        });

        it("refuse a name that is none", () => {
            refused(fake.run("kind-create.sh", { CLUSTER_NAME: "../../etc" }), /is not a cluster's name/);
        });
    });

    describe("with the cluster there", () => {
        it("keep it", () => {
            assert.equal(create(), create());
            assert.equal(fake.calls("kind create").length, 1);
            assert.equal(fake.calls("kind delete").length, 0);
        });

        it("start it again when its containers were stopped, the first address first", () => {
            const uid = create();
            for (const name of fake.containers()) fake.write(`containers/${name}`, "false");
            assert.equal(create(), uid);
            assert.deepEqual(fake.calls("docker start"), [
                `docker start ${fake.cluster}-control-plane`,
                `docker start ${fake.cluster}-worker`,
            ]);
            assert.equal(uidOf(fake.run("kind-start.sh")), uid);
        });

        it("refuse to throw it away when it was made from other settings: Pulumi removes it first, or nobody said so", () => {
            const uid = create();
            const result = fake.run("kind-create.sh", { CONFIG_HASH: "hash-2" });
            refused(result, /other settings[^]*make up STACK=dev-fast ARGS=--replace-cluster/);
            assert.equal(fake.calls("kind delete").length, 0);
            assert.equal(create(), uid);
        });

        it("make another one from other settings once it was removed", () => {
            const uid = create();
            assert.equal(fake.run("kind-delete.sh").status, 0);
            assert.notEqual(create({ CONFIG_HASH: "hash-2" }), uid);
        });

        it("make it anew when somebody removed its containers", () => {
            const uid = create();
            for (const name of fake.containers()) rmSync(join(fake.root, "containers", name));
            refused(fake.run("kind-start.sh"), /are gone/);
            assert.notEqual(create(), uid);
        });

        it("refuse it when it is another one under the same name", () => {
            create();
            fake.write("uid", "uid-of-somebody-else");
            refused(fake.run("kind-create.sh"), /is not the one that Hearth made/);
            assert.equal(fake.calls("kind delete").length, 0);
        });

        it("refuse it when it belongs to another checkout", () => {
            create();
            refused(fake.run("kind-create.sh", {}, "second"), /belongs to the checkout in .*\/checkout/);
        });

        it("take it over when that checkout is no longer there", () => {
            const uid = create();
            rmSync(join(fake.root, "checkout"), { recursive: true });
            assert.equal(uidOf(fake.run("kind-create.sh", {}, "second")), uid);
        });

        it("merge it into the user's kubeconfig only when asked to, and take it out when removed", () => {
            const KUBECONFIG = join(fake.root, "home", "config");
            create({ KUBECONFIG });
            assert.equal(fake.has("home/config"), false);
            create({ KUBECONFIG, SET_CURRENT_CONTEXT: "true" });
            assert.equal(fake.has("home/config"), true);
            fake.run("kind-delete.sh");
            assert.deepEqual(fake.calls("KUBECONFIG="), [`KUBECONFIG=${KUBECONFIG}`]);
        });

        it("write mirrors on every node", () => {
            create({ REGISTRY_HOSTS: JSON.stringify({ "docker.io": "server = 1\n" }) });
            for (const node of fake.containers()) {
                assert.equal(fake.read(`nodes/${node}/etc/containerd/certs.d/docker.io/hosts.toml`), "server = 1\n");
            }
        });
    });

    describe("after an interruption", () => {
        it("remove what a killed run left half made, and make it whole", async () => {
            fake.write("slow");
            await fake.interrupt("kind-create.sh", "SIGKILL", `containers/${fake.cluster}-control-plane`);
            assert.equal(fake.has(`state/clusters/${fake.cluster}/making`), true);
            rmSync(join(fake.root, "slow"));
            const result = fake.run("kind-create.sh");
            assert.match(result.stderr, /half made/);
            uidOf(result);
            assert.equal(fake.containers().length, 2);
            assert.equal(fake.has(`state/clusters/${fake.cluster}/making`), false);
        });

        it("clean up by themselves when they are ended by a signal", async () => {
            fake.write("slow");
            await fake.interrupt("kind-create.sh", "SIGTERM", `containers/${fake.cluster}-control-plane`);
            assert.deepEqual(fake.containers(), []);
            assert.equal(fake.has(`state/clusters/${fake.cluster}`), false);
        });

        it("end kind, too, when the signal comes right after its start", () => {
            fake.write("slow");
            const debug = `[[ $0 == *kind-create.sh ]] && trap '
                if [[ \${started:-} == yes ]]; then trap - DEBUG; kill -TERM $$; fi
                if [[ $BASH_COMMAND == "kind create"* ]]; then started=yes; fi' DEBUG || true`;
            const { status } = fake.run("kind-create.sh", { BASH_ENV: fake.write("debug.sh", debug) });
            assert.equal(status, 130);
            assert.deepEqual(fake.containers(), []);
            assert.equal(fake.has(`state/clusters/${fake.cluster}`), false);
        });

        it("refuse a kind cluster that has neither record nor mark: it is not ours", () => {
            fake.write(`containers/${fake.cluster}-control-plane`, "true");
            refused(fake.run("kind-create.sh"), /Hearth did not make/);
            assert.equal(fake.containers().length, 1);
        });
    });

    describe("removing it", () => {
        it("leave nothing, and are content when there is nothing", () => {
            create();
            assert.equal(fake.run("kind-delete.sh").status, 0);
            assert.deepEqual(fake.containers(), []);
            assert.equal(fake.has(`state/clusters/${fake.cluster}`), false);
            assert.equal(fake.run("kind-delete.sh").status, 0);
        });

        it("leave alone a cluster that is not ours, and say so", () => {
            fake.write(`containers/${fake.cluster}-control-plane`, "true");
            const { status, stderr } = fake.run("kind-delete.sh");
            assert.equal(status, 0);
            assert.match(stderr, /left alone/);
            assert.equal(fake.containers().length, 1);
        });

        it("leave alone a cluster that another checkout has taken the name for", () => {
            create();
            const { status, stderr } = fake.run("kind-delete.sh", {}, "second");
            assert.equal(status, 0);
            assert.match(stderr, /left alone/);
            assert.equal(fake.containers().length, 2);
        });

        it("ask the engine that made it, where nobody names one", () => {
            create();
            const path = `state/clusters/${fake.cluster}/cluster.json`;
            fake.write(path, fake.read(path).replace('"docker"', '"podman"'));
            refused(fake.run("kind-delete.sh", { ENGINE: "" }), /podman is not on PATH/);
            assert.equal(fake.containers().length, 2);
        });

        it("do not pretend when the engine is down", () => {
            create();
            fake.write("engine-down");
            refused(fake.run("kind-delete.sh"), /docker does not answer/);
            assert.equal(fake.has(`state/clusters/${fake.cluster}/cluster.json`), true);
        });
    });
});
