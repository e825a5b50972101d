import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { join } from "node:path";
import { compareSync } from "bcryptjs";
import { GIT_SERVER, SERVED_REPOSITORY } from "../../components/config/delivery";
import { EngineStack, missingEngineTools, type RunResult, succeed } from "../helpers/engine-stack";
import { changesOf, summaryOf } from "../helpers/engine-state";
import { GitRepository } from "../helpers/git-repository";
import { freePorts } from "../helpers/loopback";
import { skipWithout } from "../helpers/skip";

const SECRET = ["-n", "argocd", "get", "secret", "argocd-secret", "-o"] as const;

describe("Argo CD in a stack", function () {
    this.timeout(180_000);
    let stack: EngineStack;
    let daemon: ChildProcess;
    let settings: Readonly<Record<string, unknown>>;

    const up = async (...args: readonly string[]): Promise<RunResult> => succeed(await stack.run("up", ...args));
    /** A value of the Secret that the platform and Argo CD write both. */
    const secret = (key: string): string =>
        Buffer.from(stack.kubectl(...SECRET, `jsonpath={.data['${key.replaceAll(".", "\\.")}']}`), "base64").toString();
    /** Writes into it as Argo CD's server does. */
    const writeAsServer = (data: Readonly<Record<string, string>>): void => {
        const stringData = JSON.stringify({ stringData: data });
        stack.kubectl(
            "-n",
            "argocd",
            "patch",
            "secret",
            "argocd-secret",
            "--field-manager=argocd-server",
            "-p",
            stringData,
        );
    };
    const names = (kind: string): readonly string[] =>
        stack.kubectl("-n", "argocd", "get", kind, "-o", "jsonpath={.items[*].metadata.name}").split(" ");

    before(async function () {
        skipWithout(this, missingEngineTools());
        stack = new EngineStack({ "hearth:layers": ["argocd"], "hearth:applicationNamespaces": ["shop", "billing"] });
        const folder = join(stack.root, "git");
        new GitRepository(folder).commit({ "manifests/full/web/web.yaml": "" });
        const [port = 0] = await freePorts(1);
        daemon = spawn(
            "git",
            ["daemon", "--export-all", "--listen=127.0.0.1", `--port=${port}`, `--base-path=${folder}`],
            { stdio: "ignore" },
        );
        settings = { "hearth:gitops": { repository: `git://127.0.0.1:${port}/applications.git` } };
        stack.configure(settings);
        await up();
    });
    after(async () => {
        daemon?.kill("SIGKILL");
        await stack?.remove();
    });

    it("is there with its project and its applications, and a second run changes nothing", async () => {
        assert.deepEqual([...names("appprojects")].sort(), ["default", "hearth-applications"]);
        assert.deepEqual(names("applicationsets"), ["hearth-applications"]);
        assert.deepEqual(Object.keys(summaryOf(await up("--force"))), ["unchanged"]);
    });

    it("keeps the certificate that it wrote into the platform's Secret, which is no drift", async () => {
        writeAsServer({ "tls.crt": "certificate", "tls.key": "key" });
        succeed(await stack.pulumi("refresh", "--yes", "--skip-preview"));
        assert.deepEqual(Object.keys(summaryOf(await up("--force"))), ["unchanged"]);
        assert.equal(secret("tls.crt"), "certificate");
    });

    it("gets the password that is chosen, over one that was changed by hand, and keeps its certificate", async () => {
        const before = secret("server.secretkey");
        writeAsServer({ "admin.password": "changed by hand", "admin.passwordMtime": "2026-01-05T10:00:00Z" });
        const input = "correct-horse";
        succeed(await stack.runWith({ input }, "secrets", "--set", "argocd.adminPassword"));
        const changes = changesOf(await up());
        assert.deepEqual(Object.keys(changes).sort(), ["credentials-argocd-secret", "credentials-decrypt"]);
        assert.ok(compareSync("correct-horse", secret("admin.password")));
        assert.equal(secret("tls.crt"), "certificate");
        assert.notEqual(secret("server.secretkey"), before);
        assert.deepEqual(Object.keys(summaryOf(await up("--force"))), ["unchanged"]);
    });

    it("delivers what the git server in the cluster has once there is no repository, and goes back", async () => {
        const repository = (): string =>
            stack.kubectl(
                ...["-n", "argocd", "get", "applicationset", "hearth-applications"],
                ...["-o", "jsonpath={.spec.generators[0].git.repoURL}"],
            );
        const before = repository();
        stack.configure({});
        await up();
        assert.equal(repository(), SERVED_REPOSITORY);
        assert.notEqual(before, SERVED_REPOSITORY);
        assert.ok(names("deployments").includes(GIT_SERVER));
        stack.configure(settings);
        await up();
        assert.equal(repository(), before);
        assert.ok(!names("deployments").includes(GIT_SERVER));
    });
});
