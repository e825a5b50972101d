import assert from "node:assert/strict";
import { parse } from "yaml";
import { UserError } from "../../../components/config/problems";
import {
    contextKubeconfig,
    type KubeconfigFile,
    readContextKubeconfig,
} from "../../../components/cluster/existing-kubeconfig";

const MAIN: KubeconfigFile = {
    path: "/home/u/.kube/config",
    text: `
apiVersion: v1
kind: Config
current-context: prod
contexts:
- { name: prod, context: { cluster: p, user: p } }
- { name: lab, context: { cluster: l, user: l, namespace: x } }
- { name: broken, context: { cluster: nowhere, user: l } }
clusters:
- { name: p, cluster: { server: "https://prod:6443", certificate-authority-data: UFJPRA== } }
- { name: l, cluster: { server: "https://lab:6443", certificate-authority: certs/ca.crt } }
users:
- { name: p, user: { token: prod-token } }
- { name: l, user: { client-certificate: /abs/lab.crt, client-key: certs/lab.key } }
`,
};

const OTHER: KubeconfigFile = {
    path: "/home/u/other",
    text: `
contexts: [{ name: lab, context: { cluster: l, user: l } }, { name: cloud, context: { cluster: c, user: c } }]
clusters: [{ name: l, cluster: { server: "https://shadowed:6443" } }, { name: c, cluster: { server: "https://cloud" } }]
users: [{ name: c, user: { exec: { command: cloud-login, apiVersion: client.authentication.k8s.io/v1 } } }]
`,
};

const base64 = (path: string): string => `b64(${path})`;

function problemOf(run: () => unknown): { readonly where: string; readonly what: string; readonly fix: string } {
    try {
        run();
    } catch (error) {
        assert.ok(error instanceof UserError);
        const [problem] = error.problems;
        assert.ok(problem !== undefined);
        return problem;
    }
    throw new Error("nothing was refused");
}

describe("the kubeconfig of an existing context", () => {
    it("stands on its own: files become data, from where the naming file lies", () => {
        const { text, server } = contextKubeconfig([MAIN], "lab", base64);
        assert.equal(server, "https://lab:6443");
        const config = parse(text) as { clusters: unknown; users: unknown; "current-context": string };
        assert.equal(config["current-context"], "lab");
        assert.deepEqual(config.clusters, [
            {
                name: "lab",
                cluster: {
                    server: "https://lab:6443",
                    "certificate-authority-data": "b64(/home/u/.kube/certs/ca.crt)",
                },
            },
        ]);
        assert.deepEqual(config.users, [
            {
                name: "lab",
                user: {
                    "client-certificate-data": "b64(/abs/lab.crt)",
                    "client-key-data": "b64(/home/u/.kube/certs/lab.key)",
                },
            },
        ]);
    });

    it("holds nothing of the user's other clusters", () => {
        assert.doesNotMatch(contextKubeconfig([MAIN], "lab", base64).text, /prod/);
    });

    it("is found over several files, where the first that has a name wins", () => {
        assert.equal(contextKubeconfig([MAIN, OTHER], "lab", base64).server, "https://lab:6443");
        const cloud = contextKubeconfig([MAIN, OTHER], "cloud", base64);
        assert.equal(cloud.server, "https://cloud");
        assert.match(cloud.text, /cloud-login/);
    });

    it("is refused with the known contexts when there is none of that name", () => {
        const { what, fix } = problemOf(() => contextKubeconfig([MAIN], "labb", base64));
        assert.match(what, /"labb".*prod, lab, broken/);
        assert.match(fix, /hearth:context/);
    });

    it("is refused when it names a cluster that is not there", () => {
        assert.match(problemOf(() => contextKubeconfig([MAIN], "broken", base64)).what, /cluster that is not there/);
    });

    it("is refused, without an excerpt, when a file is not YAML", () => {
        const file = { path: "/k", text: "token: hunter2\n  - ][" };
        const problem = problemOf(() => contextKubeconfig([file], "lab", base64));
        assert.equal(problem.where, "/k");
        assert.doesNotMatch(JSON.stringify(problem), /hunter2/);
    });

    it("is refused when no file can be read", () => {
        const config = { provider: "existing", name: "x", context: "lab", serviceType: "ClusterIP" } as const;
        const missing = problemOf(() => readContextKubeconfig({ ...config, kubeconfig: "/does/not/exist" }));
        assert.deepEqual([missing.where, missing.what], ["/does/not/exist", "cannot be read"]);
        assert.equal(
            problemOf(() => readContextKubeconfig(config, { KUBECONFIG: "/not/a:/not/b" })).where,
            "/not/a, /not/b",
        );
    });
});
