import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import {
    type Deployment,
    type StateResource,
    hasPending,
    interruptedReleases,
    withoutCluster,
    withoutPending,
} from "../../../tools/state/deployment";
import { clearStaleLocks, lockVerdict, programOf } from "../../../tools/state/locks";
import { until } from "../../helpers/processes";

const STACK = "urn:pulumi:dev-fast::hearth::";
const urn = (type: string, name: string): string => `${STACK}${type}::${name}`;

const stackUrn = urn("pulumi:pulumi:Stack", "hearth-dev-fast");
const identity: StateResource = {
    urn: urn("command:local:Command", "cluster-identity"),
    type: "command:local:Command",
    custom: true,
};
const kubeconfig: StateResource = {
    urn: urn("command:local:Command", "cluster-kubeconfig"),
    type: "command:local:Command",
    custom: true,
    dependencies: [identity.urn],
};
const provider: StateResource = {
    urn: urn("pulumi:providers:kubernetes", "cluster-provider"),
    type: "pulumi:providers:kubernetes",
    custom: true,
    dependencies: [kubeconfig.urn, identity.urn],
};
const password: StateResource = {
    urn: urn("random:index/randomPassword:RandomPassword", "p"),
    type: "random:index/randomPassword:RandomPassword",
    custom: true,
};
const namespace: StateResource = {
    urn: urn("kubernetes:core/v1:Namespace", "edge"),
    type: "kubernetes:core/v1:Namespace",
    custom: true,
    deletedWith: identity.urn,
    provider: `${provider.urn}::0000-id`,
};
const release: StateResource = {
    urn: urn("kubernetes:helm.sh/v3:Release", "loki"),
    type: "kubernetes:helm.sh/v3:Release",
    custom: true,
    provider: `${provider.urn}::0000-id`,
    dependencies: [namespace.urn, password.urn],
    inputs: { name: "loki", namespace: "observability" },
};
const component: StateResource = {
    urn: urn("hearth:observability:Loki", "loki"),
    type: "hearth:observability:Loki",
    dependencies: [namespace.urn, password.urn],
};
const decrypt: StateResource = {
    urn: urn("command:local:Command", "secrets-decrypt"),
    type: "command:local:Command",
    custom: true,
    dependencies: [],
};

const state: Deployment = {
    version: 3,
    deployment: {
        manifest: { magic: "kept" },
        resources: [
            { urn: stackUrn, type: "pulumi:pulumi:Stack" },
            identity,
            kubeconfig,
            provider,
            password,
            decrypt,
            namespace,
            component,
            release,
        ],
        pending_operations: [{ resource: release, type: "creating" }],
    },
};

const isIdentity = ({ urn: candidate }: StateResource): boolean => candidate === identity.urn;
const urns = (deployment: Deployment): readonly string[] =>
    (deployment.deployment.resources ?? []).map((resource) => resource.urn);

describe("taking a dead cluster out of the state", () => {
    const pruned = withoutCluster(state, isIdentity);

    it("drops what lived in the cluster, the provider, and the commands that read from it", () => {
        for (const gone of [identity, kubeconfig, provider, namespace, release])
            assert.ok(!urns(pruned).includes(gone.urn), gone.urn);
    });

    it("keeps generated passwords, decrypted secrets, components and the stack", () => {
        assert.deepEqual(urns(pruned), [stackUrn, password.urn, decrypt.urn, component.urn]);
    });

    it("leaves no reference to what is gone, which the engine would refuse to load", () => {
        const kept = pruned.deployment.resources?.find((resource) => resource.urn === component.urn);
        assert.deepEqual(kept?.dependencies, [password.urn]);
    });

    it("drops pending operations on what is gone and keeps everything it does not know", () => {
        assert.deepEqual(pruned.deployment.pending_operations, []);
        assert.deepEqual(pruned.deployment["manifest"], { magic: "kept" });
        assert.equal(pruned.version, 3);
    });

    it("changes nothing when there is no cluster in the state", () => {
        const without: Deployment = { version: 3, deployment: { resources: [password, decrypt] } };
        assert.deepEqual(urns(withoutCluster(without, isIdentity)), [password.urn, decrypt.urn]);
    });
});

describe("an interrupted run", () => {
    it("is told by its pending operations", () => {
        assert.equal(hasPending(state), true);
        assert.equal(hasPending(withoutPending(state)), false);
        assert.equal(hasPending({ version: 3, deployment: {} }), false);
    });

    it("names the Helm releases that it was working on", () => {
        assert.deepEqual(interruptedReleases(state), [{ name: "loki", namespace: "observability" }]);
    });

    const LOCK = { path: "/x", pid: 1, hostname: "here" };

    it("is not taken for running when its process is gone or is another program by now", () => {
        assert.equal(
            lockVerdict(LOCK, "here", () => undefined),
            "stale",
        );
        assert.equal(
            lockVerdict(LOCK, "here", () => "node"),
            "stale",
        );
    });

    it("is taken for running when its process lives or is another machine's", () => {
        assert.equal(
            lockVerdict(LOCK, "here", () => "pulumi"),
            "held",
        );
        assert.equal(
            lockVerdict(LOCK, "there", () => undefined),
            "held",
        );
    });

    it("is removed with its attributes when it is stale, and kept while somebody is at work", () => {
        const folder = mkdtempSync(join(tmpdir(), "hearth-locks-"));
        const locks = join(folder, ".pulumi", "locks", "organization", "hearth", "dev-fast");
        const write = (name: string, content: unknown): void =>
            writeFileSync(join(locks, name), JSON.stringify(content));
        try {
            mkdirSync(locks, { recursive: true });
            write("a.json", { pid: process.pid, hostname: hostname() });
            write("a.json.attrs", { "user.cache_control": "" });
            writeFileSync(join(locks, "b.json"), '{"pi');
            assert.equal(clearStaleLocks(folder, "dev-fast"), 2);
            assert.deepEqual(readdirSync(locks), []);
            write("c.json", { pid: 1, hostname: "elsewhere" });
            assert.throws(() => clearStaleLocks(folder, "dev-fast"), /process 1 on elsewhere: is working/);
            assert.deepEqual(readdirSync(locks), ["c.json"]);
        } finally {
            rmSync(folder, { recursive: true });
        }
    });
});

describe("the program of a process", () => {
    it("is known while it runs, and not once it has ended, although nobody has taken note of that", async () => {
        assert.notEqual(programOf(process.pid), undefined);
        assert.equal(programOf(spawnSync("true").pid), undefined);
        for (const none of [0, -1, NaN]) assert.equal(programOf(none), undefined);
        // Its parent, a shell that has become another program, never asks for its status.
        const parent = spawn("sh", ["-c", "true & echo $!; exec sleep 5"]);
        try {
            const printed: readonly unknown[] = await once(parent.stdout, "data");
            await until(() => programOf(Number(String(printed[0]))) === undefined);
        } finally {
            parent.kill("SIGKILL");
        }
    });
});
