import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DeploymentArgs } from "@pulumi/kubernetes/apps/v1/deployment";
import { SERVED_REPOSITORY } from "../../components/config/delivery";
import { GitServer } from "../../components/gitops/git-server";
import {
    branchOf,
    gitServerDeployment,
    gitServerService,
    SERVED_PATH,
} from "../../components/gitops/git-server-manifests";
import { Namespaces } from "../../components/namespaces/namespaces";
import { workload } from "../../components/flows/workloads";
import { GITOPS, MOVED } from "../helpers/gitops";
import { Harness } from "../helpers/harness";
import { GitRepository } from "../helpers/git-repository";
import { skip } from "../helpers/skip";

interface Container {
    readonly image: string;
    readonly args: readonly string[];
    readonly ports: readonly { readonly containerPort: number }[];
}

const IMAGE = { registry: "quay.io", repository: "argoproj/argocd", tag: "v3.3.9" };

function containerOf(deployment: DeploymentArgs): Container {
    const { containers } = (deployment as { spec: { template: { spec: { containers: readonly Container[] } } } }).spec
        .template.spec;
    const [container, ...more] = containers;
    assert.ok(container !== undefined && more.length === 0);
    return container;
}

describe("GitServer", () => {
    it("is Argo CD's own image, which every node has anyway, after its namespace", async () => {
        const harness = await Harness.start();
        await harness.run(() => {
            const config = { layers: ["argocd", "git-server"] as const, applicationNamespaces: [] };
            const namespaces = new Namespaces("namespaces", { config });
            new GitServer("git-server", { config: { gitops: GITOPS, images: MOVED }, namespaces });
        });
        const { inputs } = harness.only("kubernetes:apps/v1:Deployment", "git-server-server");
        assert.match(containerOf(inputs).image, /^mirror\.example\/quay\/argoproj\/argocd:v/);
        const namespace = harness.only("kubernetes:core/v1:Namespace", "namespaces-argocd");
        for (const type of ["ServiceAccount", "Service"]) {
            assert.deepEqual(harness.only(`kubernetes:core/v1:${type}`).dependencies, [namespace.urn]);
        }
    });

    it("has no rights, no token, and nothing to write to but its repository", () => {
        const { template } = gitServerDeployment(IMAGE, "main").spec as { template: { spec: object } };
        const text = JSON.stringify(template);
        assert.match(text, /"automountServiceAccountToken":false/);
        assert.match(text, /"readOnlyRootFilesystem":true/);
        assert.match(text, /"runAsNonRoot":true/);
        assert.equal([...text.matchAll(/"emptyDir"/g)].length, 1);
        assert.doesNotMatch(text, /receive-pack/);
    });

    it("listens where Argo CD looks and the flows lead", () => {
        const { ports } = containerOf(gitServerDeployment(IMAGE, "main"));
        const { hostname, port, pathname } = new URL(SERVED_REPOSITORY.replace(/^git:/, "http:"));
        const service = gitServerService() as {
            metadata: { name: string; namespace: string };
            spec: { ports: { port: number }[]; selector: object };
        };
        assert.equal(hostname, `${service.metadata.name}.${service.metadata.namespace}.svc`);
        assert.deepEqual([Number(port), Number(port)], [service.spec.ports[0]?.port, ports[0]?.containerPort]);
        assert.equal(workload("git-server").ports["git"], Number(port));
        assert.deepEqual(workload("git-server").labels, service.spec.selector);
        assert.ok(SERVED_PATH.endsWith(pathname));
    });

    it("has a branch for whatever Argo CD follows", () => {
        for (const [revision, branch] of [
            ["main", "main"],
            ["feature/x", "feature/x"],
            ["refs/heads/next", "next"],
            ["HEAD", "main"],
            ["refs/tags/v1", "main"],
        ] as const) {
            assert.equal(branchOf(revision), branch, revision);
        }
    });

    describe("as its script makes it, with git's own daemon", function () {
        this.timeout(30_000);
        let folder: string;
        let end: () => Promise<void> = () => Promise.resolve();
        let url: string;

        before(async function () {
            if (!existsSync("/usr/lib/git-core/git-daemon") && spawnSync("git", ["daemon", "--help"]).status !== 0) {
                skip(this, "git has no daemon here");
            }
            folder = mkdtempSync(join(tmpdir(), "hearth-git-server-"));
            const free = createServer().listen(0, "127.0.0.1");
            await once(free, "listening");
            const { port } = free.address() as AddressInfo;
            free.close();
            const [shell = "", ...rest] = containerOf(gitServerDeployment(IMAGE, "main")).args;
            const args = rest.map((text) =>
                text.replaceAll("/srv/git", folder).replace("--port=9418", `--port=${port}`),
            );
            const server = spawn(shell, args, {
                env: { ...process.env, HOME: folder },
                stdio: "ignore",
                detached: true,
            });
            const gone = once(server, "close");
            end = async () => {
                if (server.pid !== undefined) process.kill(-server.pid, "SIGTERM");
                await gone;
            };
            url = `git://127.0.0.1:${port}/checkout.git`;
            for (let tries = 0; tries < 100 && git("ls-remote", url).status !== 0; tries++) {
                await new Promise((resolve) => setTimeout(resolve, 100));
            }
        });
        after(async () => {
            await end();
            rmSync(folder, { recursive: true, force: true });
        });

        const git = (...args: readonly string[]) => spawnSync("git", [...args], { cwd: folder, encoding: "utf8" });

        it("serves an empty repository, in which no branch is found and so nothing removed, until something is pushed", () => {
            assert.deepEqual([git("ls-remote", url).status, git("ls-remote", url).stdout], [0, ""]);
        });

        it("serves what is written into it from inside, and lets nobody write from outside", () => {
            const source = new GitRepository(join(folder, "source"));
            const commit = source.commit({ "manifests/full/web/web.yaml": "a: 1" });
            const inside = git("clone", "--quiet", "--bare", source.url, join(folder, "clone.git"));
            assert.equal(inside.status, 0, inside.stderr);
            const push = (target: string) =>
                git("--git-dir", join(folder, "clone.git"), "push", "--quiet", target, "main:refs/heads/main");
            assert.notEqual(push(url).status, 0);
            assert.equal(git("ls-remote", url).stdout, "");
            assert.equal(push(join(folder, "checkout.git")).status, 0);
            assert.match(git("ls-remote", url, "refs/heads/main").stdout, new RegExp(`^${commit}\\s`));
        });
    });
});
