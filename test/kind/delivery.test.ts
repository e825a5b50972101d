import assert from "node:assert/strict";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { V1Deployment } from "@kubernetes/client-node";
import { stringify } from "yaml";
import { treeOf } from "../../components/config/delivery";
import { capture } from "../../tools/lib/process";
import { kindStack, type Ran } from "../helpers/kind-stack";
import { eventually, minutes } from "../helpers/kind-wait";
import { skip } from "../helpers/skip";

/** On every Kind node, and starts at once. */
const PAUSE = "registry.k8s.io/pause:3.10";
const WEB = "delivered";

/** Argo CD's own programs in a real cluster, under the policies of all layers, and `make push` to them. */
describe("applications from git, in a real cluster", function () {
    this.timeout(minutes(10));
    const stack = kindStack();
    let namespace: string;

    /** Commits what is below the tree of the stack's mode; nothing for a file that is removed. */
    const commit = async (files: Readonly<Record<string, readonly object[] | string | undefined>>): Promise<void> => {
        for (const [path, content] of Object.entries(files)) {
            const file = join(stack.project, treeOf(stack.config.mode), path);
            if (content === undefined) {
                rmSync(file, { recursive: true });
                continue;
            }
            mkdirSync(dirname(file), { recursive: true });
            const text = typeof content === "string" ? content : content.map((one) => stringify(one)).join("---\n");
            writeFileSync(file, text);
        }
        await git("add", "--all", "--", treeOf(stack.config.mode));
        await git("commit", "--quiet", "--allow-empty", "--message", Object.keys(files).join(" "));
    };
    const git = async (...args: readonly string[]): Promise<string> => {
        const author = ["-c", "user.name=test", "-c", "user.email=test@hearth.invalid"];
        const { status, stdout, stderr } = await capture("git", [...author, ...args], { cwd: stack.project });
        if (status !== 0) throw new Error(`git ${args.join(" ")}: ${stderr}`);
        return stdout;
    };
    const deployed = (name = WEB): Promise<V1Deployment | undefined> =>
        stack.api.apps.readNamespacedDeployment({ name, namespace }).catch(() => undefined);
    const pushed = async (): Promise<Ran> => {
        const ran = await stack.run("push");
        assert.equal(ran.status, 0, ran.stdout + ran.stderr);
        return ran;
    };
    const file = `${WEB}/web.yaml`;

    before(async function () {
        await stack.ready(this, "argocd");
        if (stack.config.gitops?.repository === undefined) skip(this, "the stack has no repository");
        if (!stack.config.layers.includes("git-server")) skip(this, "hearth:gitops names a repository of its own");
        namespace = stack.config.applicationNamespaces[0] ?? "";
        await git("init", "--quiet", "--initial-branch=main");
    });

    it("reach the cluster by a push, and run", async () => {
        await commit({ [file]: [deployment(1), configMap()] });
        const { stdout } = await pushed();
        assert.match(stdout, new RegExp(`${namespace}-${WEB}.*Healthy`));
        assert.equal((await deployed())?.status?.readyReplicas, 1);
        await stack.api.core.readNamespacedConfigMap({ name: WEB, namespace });
    });

    it("follow the next commit, and lose what it takes away", async () => {
        await commit({ [file]: [deployment(2)] });
        await pushed();
        assert.equal((await deployed())?.status?.readyReplicas, 2);
        await assert.rejects(stack.api.core.readNamespacedConfigMap({ name: WEB, namespace }));
    });

    it("are changed back after a change by hand", async () => {
        await stack.kubectl("-n", namespace, "scale", `deployment/${WEB}`, "--replicas=0");
        await eventually("both replicas again", async () =>
            (await deployed())?.spec?.replicas === 2 ? true : undefined,
        );
    });

    it("stay as they are under a commit that cannot be applied, of which a push tells why", async () => {
        const refused = { ...deployment(3), spec: { ...deployment(3).spec, template: { spec: { containers: [] } } } };
        await commit({ [file]: [refused] });
        const { status, stdout, stderr } = await stack.run("push");
        assert.equal(status, 1, stdout + stderr);
        assert.match(stdout + stderr, /containers.*Required value/s);
        assert.equal((await deployed())?.spec?.replicas, 2);
    });

    it("cannot write outside of their project", async () => {
        const intruder = { ...configMap(), metadata: { name: "intruder", namespace: "edge" } };
        await commit({ [file]: [deployment(1), intruder] });
        const { status, stdout, stderr } = await stack.run("push");
        assert.equal(status, 1, stdout + stderr);
        assert.match(stdout + stderr, /edge/);
        await assert.rejects(stack.api.core.readNamespacedConfigMap({ name: "intruder", namespace: "edge" }));
    });

    it("go with their folder", async () => {
        // A sync that is tried again keeps its Application.
        await commit({ [file]: [deployment(1)] });
        await pushed();
        await commit({ [WEB]: undefined });
        await pushed();
        await eventually("no Deployment", async () => ((await deployed()) === undefined ? true : undefined));
    });
});

function deployment(replicas: number): { readonly spec: object; readonly [field: string]: unknown } {
    const labels = { app: WEB };
    const container = {
        name: "pause",
        image: PAUSE,
        securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
    };
    const pod = {
        automountServiceAccountToken: false,
        securityContext: { runAsNonRoot: true, runAsUser: 65534, seccompProfile: { type: "RuntimeDefault" } },
        containers: [container],
    };
    return {
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata: { name: WEB },
        spec: { replicas, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: pod } },
    };
}

function configMap(): object {
    return { apiVersion: "v1", kind: "ConfigMap", metadata: { name: WEB }, data: { from: "git" } };
}
