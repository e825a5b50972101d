import assert from "node:assert/strict";
import { ArgoCdProcesses, missingPrograms } from "../helpers/argocd-processes";
import { GitRepository } from "../helpers/git-repository";
import { Applications } from "../helpers/gitops-applications";
import { FOREIGN_NAMESPACE, GitopsCluster } from "../helpers/gitops-cluster";
import { missingKwokTools } from "../helpers/kwok-scripts";
import type { Manifest } from "../helpers/manifests";
import { helm } from "../helpers/render";
import { skip } from "../helpers/skip";

const FOLDER = "manifests/full";

function deployment(name: string, replicas: number, image = "web:1"): Manifest {
    const labels = { app: name };
    const template = { metadata: { labels }, spec: { containers: [{ name: "web", image }] } };
    const spec = { replicas, selector: { matchLabels: labels }, template };
    return { apiVersion: "apps/v1", kind: "Deployment", metadata: { name }, spec };
}

function configMap(name: string, namespace?: string): Manifest {
    const metadata = { name, ...(namespace === undefined ? {} : { namespace }) };
    return { apiVersion: "v1", kind: "ConfigMap", metadata, data: { from: "git" } };
}

function networkPolicy(name: string): Manifest {
    const spec = { podSelector: {}, ingress: [{}], policyTypes: ["Ingress"] };
    return { apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy", metadata: { name }, spec };
}

describe("applications from git, delivered by Argo CD's own programs", function () {
    this.timeout(240_000);
    const missing = [
        ...missingPrograms(),
        ...missingKwokTools().map((tool) => `${tool} (make tools brings it)`),
        ...(helm() === undefined ? ["helm"] : []),
    ];
    let cluster: GitopsCluster;
    let programs: ArgoCdProcesses;
    let repository: GitRepository;
    let applications: Applications;

    before(async function () {
        if (missing.length > 0) skip(this, `PATH lacks ${missing.join(", ")}`);
        cluster = new GitopsCluster("hearth-gitops");
        await cluster.start(helm() ?? "helm");
        await cluster.makeSecrets("correct-horse");
        repository = new GitRepository(cluster.folder);
        const first = repository.commit({
            [`${FOLDER}/shop/web/web.yaml`]: [deployment("web", 1), configMap("web")],
            [`${FOLDER}/billing/web/web.yaml`]: [configMap("web")],
        });
        programs = new ArgoCdProcesses(cluster);
        applications = new Applications(cluster, programs);
        await programs.start();
        cluster.deliver({ repository: repository.url, revision: "main", path: `${FOLDER}/*/*` });
        await applications.synced("shop-web", first);
    });
    after(async () => {
        await programs?.stop();
        await cluster?.remove();
    });

    const get = (namespace: string, resource: string, path: string): string =>
        cluster.kubectl(["-n", namespace, "get", resource, "-o", `jsonpath={${path}}`]).stdout;
    const exists = (namespace: string, resource: string): boolean =>
        cluster.kubectl(["-n", namespace, "get", resource]).status === 0;

    it("reach the namespaces that their folders are in, each by an Application of its own", async () => {
        await applications.until("both are there", () => exists("billing", "configmap/web"));
        assert.deepEqual([...applications.names()].sort(), ["billing-web", "shop-web"]);
        assert.equal(get("shop", "deployment/web", ".spec.replicas"), "1");
        assert.ok(!exists("billing", "deployment/web"));
    });

    it("follow a commit", async () => {
        const commit = repository.commit({ [`${FOLDER}/shop/web/web.yaml`]: [deployment("web", 2, "web:2")] });
        await applications.synced("shop-web", commit);
        assert.equal(get("shop", "deployment/web", ".spec.replicas"), "2");
        assert.equal(get("shop", "deployment/web", ".spec.template.spec.containers[0].image"), "web:2");
    });

    it("lose the objects that a commit takes out of their folder", async () => {
        await applications.until("the ConfigMap is pruned", () => !exists("shop", "configmap/web"));
        assert.ok(exists("shop", "deployment/web"));
    });

    it("are changed back after a change by hand", async () => {
        cluster.succeed(["-n", "shop", "patch", "deployment/web", "-p", `{"spec":{"replicas":5}}`]);
        await applications.until("the number is back", () => get("shop", "deployment/web", ".spec.replicas") === "2");
        cluster.succeed(["-n", "shop", "delete", "deployment/web", "--wait=false"]);
        await applications.until("it is there again", () => get("shop", "deployment/web", ".spec.replicas") === "2");
    });

    it("stay as they are under a commit that nobody can read, which says what is wrong with it", async () => {
        // Argo CD takes a file without these three for none of Kubernetes', and passes it over.
        const broken = "apiVersion: apps/v1\nkind: [Deployment\nmetadata:\n  name: web\n";
        repository.commit({ [`${FOLDER}/shop/web/web.yaml`]: broken });
        await applications.says("shop-web", /Failed to unmarshal .*web\.yaml/);
        assert.equal(get("shop", "deployment/web", ".spec.replicas"), "2");
    });

    it("stay as they are under an object that the API server refuses, which says why", async () => {
        const broken = deployment("web", 3);
        const spec = { ...(broken["spec"] as object), template: { spec: { containers: [] } } };
        repository.commit({ [`${FOLDER}/shop/web/web.yaml`]: [{ ...broken, spec }] });
        await applications.says("shop-web", /spec\.template\.spec\.containers.*Required value/);
        assert.equal(get("shop", "deployment/web", ".spec.replicas"), "2");
    });

    it("go on with the commit that mends them", async () => {
        const commit = repository.commit({ [`${FOLDER}/shop/web/web.yaml`]: [deployment("web", 1)] });
        await applications.synced("shop-web", commit);
        assert.equal(get("shop", "deployment/web", ".spec.replicas"), "1");
    });

    it("come and go with their folders", async () => {
        repository.commit({ [`${FOLDER}/shop/api/api.yaml`]: [deployment("api", 1)] });
        applications.look();
        await applications.until("the new one is there", () => exists("shop", "deployment/api"));
        repository.commit({ [`${FOLDER}/shop/api`]: undefined });
        applications.look();
        await applications.until("its Application is gone", () => !applications.names().includes("shop-api"));
        assert.ok(!exists("shop", "deployment/api"));
        assert.ok(exists("shop", "deployment/web"));
    });

    describe("cannot leave their bounds:", () => {
        const cases: readonly (readonly [title: string, object: Manifest, message: RegExp, namespace: string])[] = [
            [
                "nothing is written into a namespace of the platform",
                configMap("intruder", FOREIGN_NAMESPACE),
                /namespace \\*"edge\\*" for ConfigMap \\*"intruder\\*" is not managed/,
                FOREIGN_NAMESPACE,
            ],
            [
                "no policy of the network, by which an application could open itself",
                networkPolicy("open"),
                /networking\.k8s\.io:NetworkPolicy is not permitted in project hearth-applications/,
                "shop",
            ],
            [
                "no rights of their own",
                {
                    apiVersion: "rbac.authorization.k8s.io/v1",
                    kind: "Role",
                    metadata: { name: "more" },
                    rules: [{ apiGroups: ["*"], resources: ["*"], verbs: ["*"] }],
                },
                /rbac\.authorization\.k8s\.io:Role is not permitted in project hearth-applications/,
                "shop",
            ],
            [
                "no Secret, which everybody could read in git",
                { apiVersion: "v1", kind: "Secret", metadata: { name: "open" }, stringData: { password: "x" } },
                /secrets .*is forbidden/,
                "shop",
            ],
            [
                "nothing of the whole cluster",
                { apiVersion: "v1", kind: "Namespace", metadata: { name: "mine" } },
                /cluster level Namespace \\*"mine\\*" can not be managed/,
                "",
            ],
            [
                "no pod outside of the mesh",
                {
                    ...deployment("loner", 1),
                    metadata: { name: "loner", labels: { "istio.io/dataplane-mode": "none" } },
                },
                /it stays in the mesh/,
                "shop",
            ],
        ];
        for (const [title, object, message, namespace] of cases) {
            it(title, async () => {
                const { kind, metadata } = object;
                repository.commit({ [`${FOLDER}/shop/intruder/intruder.yaml`]: [object] });
                applications.look();
                await applications.says("shop-intruder", message);
                const place = namespace === "" ? [] : ["-n", namespace];
                assert.notEqual(cluster.kubectl([...place, "get", kind, metadata.name]).status, 0);
                repository.commit({ [`${FOLDER}/shop/intruder`]: undefined });
                applications.endSync("shop-intruder");
                applications.look();
                await applications.until(
                    "the Application is gone",
                    () => !applications.names().includes("shop-intruder"),
                );
            });
        }

        it("no other repository, no other project", async () => {
            const application = (name: string, project: string, repoURL: string): Manifest => ({
                apiVersion: "argoproj.io/v1alpha1",
                kind: "Application",
                metadata: { name, namespace: "argocd" },
                spec: {
                    project,
                    source: { repoURL, path: `${FOLDER}/shop/web`, targetRevision: "main" },
                    destination: { server: "https://kubernetes.default.svc", namespace: "billing" },
                    syncPolicy: { automated: {} },
                },
            });
            const { url } = repository;
            cluster.apply([
                application("elsewhere", "hearth-applications", url.replace("applications", "elsewhere")),
                application("projectless", "default", url),
            ]);
            await applications.says(
                "elsewhere",
                /application repo .* is not permitted in project 'hearth-applications'/,
            );
            await applications.says("projectless", /is not permitted in project 'default'/);
            assert.ok(!exists("billing", "deployment/web"));
            for (const name of ["elsewhere", "projectless"]) {
                cluster.succeed(["-n", "argocd", "delete", "application", name]);
            }
        });
    });
});
