import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createWriteStream, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { stringify } from "yaml";
import { CONTROLLER, NAMESPACE, SERVER } from "../../components/gitops/identities";
import { values } from "./gitops";
import type { GitopsCluster } from "./gitops-cluster";
import { freePorts } from "./loopback";
import { hasEnded } from "./processes";

const APPLICATION_SET = "argocd-applicationset-controller";
const REPO_SERVER = "argocd-repo-server";

/** Programs that these tests need and PATH lacks, each with where it comes from. */
export function missingPrograms(): readonly string[] {
    const folders = (process.env["PATH"] ?? "").split(delimiter);
    const lacks = (program: string): boolean => !folders.some((folder) => existsSync(join(folder, program)));
    return [
        ...(lacks(CONTROLLER) ? ["Argo CD's programs (make test-gitops builds them)"] : []),
        ...(lacks("redis-server") ? ["redis-server (apt-get install redis-server)"] : []),
        ...(lacks("git") ? ["git"] : []),
    ];
}

/** How often Argo CD looks for commits here, in seconds; in a stack it is 60. */
const LOOK_SECONDS = 3;

/**
 * Argo CD's own programs as processes of this machine, each with the ServiceAccount that it has in the cluster and no
 * other right. What the chart gives them in their own namespace stands in `grantOwnNamespace`.
 */
export class ArgoCdProcesses {
    private readonly children: ChildProcess[] = [];
    private readonly folder: string;
    /** Port of the API and page, for HTTP and HTTPS alike. */
    public serverPort = 0;

    public constructor(private readonly cluster: GitopsCluster) {
        this.folder = join(cluster.folder, "argocd");
        mkdirSync(this.folder, { recursive: true });
    }

    /** Starts what delivers: Redis, the repo server and both controllers. */
    public async start(): Promise<void> {
        if (!this.cluster.official) this.grantOwnNamespace();
        const password = this.secret("argocd-redis", "auth");
        const [redis, repoServer, ...others] = (await freePorts(10)).map(String);
        const metrics = (): string => others.shift() ?? assert.fail("too few ports");
        const env = { ...parameters(), REDIS_PASSWORD: password, ARGOCD_RECONCILIATION_TIMEOUT: `${LOOK_SECONDS}s` };
        const common = ["--redis", `127.0.0.1:${redis}`];
        const quiet = ["--save", "", "--appendonly", "no"];
        this.run(
            "redis-server",
            ["--port", redis ?? "", "--bind", "127.0.0.1", "--requirepass", password, ...quiet],
            {},
        );
        this.run(
            REPO_SERVER,
            [...["--address", "127.0.0.1", "--port", repoServer ?? ""], ...["--metrics-port", metrics()], ...common],
            env,
        );
        this.run(
            CONTROLLER,
            [
                ...["--repo-server", `127.0.0.1:${repoServer}`, "--metrics-port", metrics()],
                ...["--app-resync-jitter", "0"],
                ...common,
            ],
            { ...env, ...this.identity(CONTROLLER) },
        );
        this.run(
            APPLICATION_SET,
            [
                ...["--argocd-repo-server", `127.0.0.1:${repoServer}`],
                ...["metrics", "probe", "webhook"].flatMap((name) => [`--${name}-addr`, `127.0.0.1:${metrics()}`]),
            ],
            { ...env, ...this.identity(APPLICATION_SET) },
        );
        this.serverPort = Number(metrics());
        this.run(
            SERVER,
            [
                ...["--address", "127.0.0.1", "--port", String(this.serverPort), "--metrics-port", metrics()],
                ...["--repo-server", `127.0.0.1:${repoServer}`, ...common],
            ],
            { ...env, ...this.identity(SERVER) },
        );
        await sleep(500);
        this.checkAlive();
    }

    /** Fails with the end of the log of a program that has ended. */
    public checkAlive(): void {
        for (const child of this.children) {
            const { exitCode, signalCode, spawnfile } = child;
            if (!hasEnded(child)) continue;
            assert.fail(`${spawnfile} ended with ${exitCode ?? signalCode}:\n${this.log(spawnfile, 3000)}`);
        }
    }

    /** The last characters of a program's log. */
    public log(program: string, characters = 10_000): string {
        return readFileSync(this.logFile(program), "utf8").slice(-characters);
    }

    public async stop(): Promise<void> {
        await Promise.all(
            this.children.map(async (child) => {
                if (hasEnded(child)) return;
                const gone = once(child, "exit");
                child.kill("SIGKILL");
                await gone;
            }),
        );
    }

    /** Value of a Secret of Argo CD's namespace. */
    public secret(name: string, key: string): string {
        const path = `jsonpath={.data['${key.replaceAll(".", "\\.")}']}`;
        const value = this.cluster.succeed(["-n", NAMESPACE, "get", "secret", name, "-o", path]);
        return Buffer.from(value, "base64").toString("utf8");
    }

    private run(program: string, args: readonly string[], variables: Readonly<Record<string, string>>): void {
        const folder = (name: string): string => {
            const path = join(this.folder, name);
            mkdirSync(path, { recursive: true });
            return path;
        };
        const child = spawn(program, [...args], {
            cwd: folder("work"),
            env: {
                PATH: process.env["PATH"],
                HOME: folder("home"),
                TMPDIR: folder("tmp"),
                // What is mounted into its containers.
                ARGOCD_APP_CONF_PATH: folder("config"),
                ARGOCD_TLS_DATA_PATH: folder("tls"),
                ARGOCD_SSH_DATA_PATH: folder("ssh"),
                ARGOCD_ASK_PASS_SOCK: join(this.folder, "ask.sock"),
                ARGOCD_GPG_ENABLED: "false",
                GIT_CONFIG_NOSYSTEM: "1",
                ...variables,
            },
            stdio: ["ignore", "pipe", "pipe"],
        });
        const log = createWriteStream(this.logFile(program));
        child.stdout.pipe(log);
        child.stderr.pipe(log, { end: false });
        child.once("error", () => undefined);
        this.children.push(child);
    }

    private logFile(program: string): string {
        return join(this.folder, `${program}.log`);
    }

    /** Variables with which a program is the ServiceAccount that its pod has. */
    private identity(account: string): Readonly<Record<string, string>> {
        const token = this.cluster.succeed(["-n", NAMESPACE, "create", "token", account, "--duration=2h"]);
        const view = ["config", "view", "--raw", "--minify", "-o", "json"];
        const admin = JSON.parse(this.cluster.succeed(view)) as { clusters: readonly unknown[] };
        const kubeconfig = {
            apiVersion: "v1",
            kind: "Config",
            clusters: admin.clusters,
            users: [{ name: account, user: { token } }],
            contexts: [
                {
                    name: account,
                    context: {
                        cluster: (admin.clusters[0] as { name: string }).name,
                        user: account,
                        namespace: NAMESPACE,
                    },
                },
            ],
            "current-context": account,
        };
        const file = join(this.folder, `${account}.kubeconfig`);
        writeFileSync(file, stringify(kubeconfig), { mode: 0o600 });
        // The second makes it take this cluster for the one that it runs in.
        return { KUBECONFIG: file, ARGOCD_FAKE_IN_CLUSTER: "true" };
    }

    /** The stand-in chart has no Roles; these are at most what the official one gives, in Argo CD's own namespace. */
    private grantOwnNamespace(): void {
        const name = "argocd-own-namespace";
        const metadata = { name, namespace: NAMESPACE };
        const all = ["get", "list", "watch", "create", "update", "patch", "delete"];
        const apiVersion = "rbac.authorization.k8s.io/v1";
        this.cluster.apply([
            {
                apiVersion,
                kind: "Role",
                metadata,
                rules: [
                    { apiGroups: [""], resources: ["secrets", "configmaps", "events"], verbs: all },
                    { apiGroups: ["argoproj.io"], resources: ["*"], verbs: all },
                    { apiGroups: ["apps"], resources: ["deployments"], verbs: ["get", "list", "watch"] },
                    { apiGroups: ["coordination.k8s.io"], resources: ["leases"], verbs: all },
                ],
            },
            {
                apiVersion,
                kind: "RoleBinding",
                metadata,
                roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name },
                subjects: [CONTROLLER, APPLICATION_SET, SERVER].map((account) => ({
                    kind: "ServiceAccount",
                    name: account,
                    namespace: NAMESPACE,
                })),
            },
        ]);
    }
}

/** What the chart makes of `argocd-cmd-params-cm` for the programs: the parameters of the release, as variables. */
function parameters(): Readonly<Record<string, string>> {
    const { configs } = values() as { readonly configs: { readonly params: Readonly<Record<string, unknown>> } };
    const text = (name: string): string => {
        assert.ok(name in configs.params, name);
        return String(configs.params[name]);
    };
    return {
        ARGOCD_APPLICATION_CONTROLLER_SERVER_SIDE_DIFF: text("controller.diff.server.side"),
        ARGOCD_REPO_ERROR_GRACE_PERIOD_SECONDS: text("controller.repo.error.grace.period.seconds"),
        ARGOCD_GIT_MODULES_ENABLED: text("reposerver.enable.git.submodule"),
        ARGOCD_APPLICATIONSET_CONTROLLER_ENABLE_SCM_PROVIDERS: text("applicationsetcontroller.enable.scm.providers"),
        ARGOCD_APPLICATIONSET_CONTROLLER_ENABLE_PROGRESSIVE_SYNCS: text(
            "applicationsetcontroller.enable.progressive.syncs",
        ),
        ARGOCD_SERVER_INSECURE: text("server.insecure"),
    };
}
