import assert from "node:assert/strict";
import { hostPorts } from "../../../components/config/ports";
import { ARGOCD_METRICS } from "../../../components/config/metrics-ports";
import { EXISTING, GITOPS_RELEASES, MOVED, PINNED, values } from "../../helpers/gitops";

const DIGEST = `sha256:${"a".repeat(64)}`;
const PODS = ["server", "controller", "repoServer", "applicationSet", "redis"] as const;

/** One value by the keys that lead to it; undefined where the way ends early. */
function at(value: unknown, ...keys: readonly string[]): unknown {
    return keys.reduce<unknown>(
        (inner, key) =>
            inner !== null && typeof inner === "object" ? new Map(Object.entries(inner)).get(key) : undefined,
        value,
    );
}

describe("argocdValues", () => {
    it("serves the port table's NodePorts where Services are NodePorts, and fixes none elsewhere", () => {
        assert.deepEqual(at(values(), "server", "service"), {
            type: "NodePort",
            nodePortHttp: 30080,
            nodePortHttps: 30443,
        });
        for (const type of ["LoadBalancer", "ClusterIP"] as const) {
            assert.deepEqual(at(values({}, type), "server", "service"), { type });
        }
    });

    it("leaves TLS on: with it off, 30443 would speak plain HTTP, since both ports lead to one of the server's", () => {
        assert.equal(at(values(), "configs", "params", "server.insecure"), false);
    });

    it("calls itself by the HTTPS port of the host, which may be moved", () => {
        assert.equal(at(values(), "global", "domain"), "127.0.0.1:30443");
        assert.equal(at(values({ ports: hostPorts(["argocd"], 1000) }), "global", "domain"), "127.0.0.1:31443");
    });

    it("calls itself by its Service on a cluster whose addresses are not known", () => {
        assert.equal(at(values({ cluster: EXISTING }), "global", "domain"), "argocd-server.argocd.svc");
    });

    it("leaves out the chart's right to do everything everywhere", () => {
        assert.equal(values()["createClusterRoles"], false);
    });

    it("sees of its own cluster only the namespaces of the applications", () => {
        const own = at(values({ applicationNamespaces: ["shop", "billing"] }), "configs", "clusterCredentials");
        assert.deepEqual(own, {
            "in-cluster": {
                server: "https://kubernetes.default.svc",
                namespaces: "shop,billing",
                config: { tlsClientConfig: { insecure: false } },
            },
        });
    });

    it("sees no namespace but its own where there are no applications: no namespace at all would mean each", () => {
        const own = at(values({ applicationNamespaces: [] }), "configs", "clusterCredentials", "in-cluster");
        assert.equal(at(own, "namespaces"), "argocd");
    });

    it("takes kinds that it may not see for ones that are not there", () => {
        assert.equal(at(values(), "configs", "cm", "resource.respectRBAC"), "normal");
    });

    it("lets in the administrator and nobody else, and nobody into containers", () => {
        const cm = (key: string): unknown => at(values(), "configs", "cm", key);
        assert.equal(cm("admin.enabled"), true);
        assert.equal(cm("users.anonymous.enabled"), false);
        assert.equal(cm("exec.enabled"), false);
        assert.equal(cm("statusbadge.enabled"), false);
        assert.deepEqual(at(values(), "configs", "rbac"), { "policy.default": "" });
    });

    it("looks for commits each minute, not all applications at once", () => {
        assert.equal(at(values(), "configs", "cm", "timeout.reconciliation"), "60s");
        assert.equal(at(values(), "configs", "cm", "timeout.reconciliation.jitter"), "10s");
    });

    it("tells of a commit that it cannot read, instead of keeping it to itself for three minutes", () => {
        assert.equal(at(values(), "configs", "params", "controller.repo.error.grace.period.seconds"), 0);
    });

    it("compares with what the API server would make of an object, as that is how it is applied", () => {
        assert.equal(at(values(), "configs", "params", "controller.diff.server.side"), true);
    });

    it("fetches nothing but the repository itself", () => {
        for (const name of [
            "reposerver.enable.git.submodule",
            "applicationsetcontroller.enable.git.submodule",
            "applicationsetcontroller.enable.scm.providers",
        ]) {
            assert.equal(at(values(), "configs", "params", name), false, name);
        }
    });

    it("keeps automated sync, which rolling syncs would switch off", () => {
        assert.equal(at(values(), "configs", "params", "applicationsetcontroller.enable.progressive.syncs"), false);
    });

    it("makes neither Secrets nor policies of the network, and runs no hook and no part that nobody asked for", () => {
        assert.equal(at(values(), "configs", "secret", "createSecret"), false);
        assert.equal(at(values(), "global", "networkPolicy", "create"), false);
        for (const part of ["redisSecretInit", "dex", "notifications", "commitServer"]) {
            assert.equal(at(values(), part, "enabled"), false, part);
        }
    });

    it("keeps its kinds when it goes, since users' Applications would go with them", () => {
        assert.deepEqual(values()["crds"], { install: true, keep: true });
    });

    it("is found by Prometheus at its pods, but for Redis, which has no metrics", () => {
        for (const part of PODS) {
            const port = part === "redis" ? undefined : String(ARGOCD_METRICS[part]);
            assert.equal(at(values(), part, "podAnnotations", "prometheus.io/port"), port, part);
        }
    });

    it("starts pods anew that have read another password of Redis, and no others", () => {
        for (const part of PODS) {
            const expected = part === "applicationSet" ? undefined : "0123456789abcdef";
            assert.equal(at(values(), part, "podAnnotations", "hearth.dev/secret"), expected, part);
        }
    });

    it("gives a token of the API server only to who asks it", () => {
        for (const part of PODS) {
            const expected = part === "redis" || part === "repoServer" ? false : undefined;
            assert.equal(at(values(), part, "automountServiceAccountToken"), expected, part);
            if (expected === false) {
                assert.equal(at(values(), part, "serviceAccount", "create"), true, part);
                assert.equal(at(values(), part, "serviceAccount", "automountServiceAccountToken"), false, part);
            }
        }
    });

    it("passes Pod Security restricted, each container with requests and a limit of memory", () => {
        for (const part of PODS) {
            const context = at(values(), part, "containerSecurityContext");
            assert.equal(at(context, "allowPrivilegeEscalation"), false, part);
            assert.equal(at(context, "readOnlyRootFilesystem"), true, part);
            assert.deepEqual(at(context, "capabilities", "drop"), ["ALL"], part);
            assert.ok(at(values(), part, "resources", "requests", "memory") !== undefined, part);
            assert.ok(at(values(), part, "resources", "limits", "memory") !== undefined, part);
        }
        for (const pod of [at(values(), "global", "securityContext"), at(values(), "redis", "securityContext")]) {
            assert.equal(at(pod, "runAsNonRoot"), true);
            assert.equal(at(pod, "seccompProfile", "type"), "RuntimeDefault");
        }
    });

    it("keeps the cache below its limit, where it would otherwise be killed", () => {
        assert.deepEqual(at(values(), "redis", "extraArgs"), [
            "--maxmemory",
            "96mb",
            "--maxmemory-policy",
            "allkeys-lru",
        ]);
        assert.equal(at(values(), "redis", "resources", "limits", "memory"), "128Mi");
    });

    it("runs the pinned images, overrides, or those of another registry", () => {
        const pinned = { repository: "quay.io/argoproj/argocd", tag: "v3.3.9" };
        assert.deepEqual(at(values(), "global", "image"), pinned);
        assert.deepEqual(at(values({ images: MOVED }), "global", "image"), {
            ...pinned,
            repository: "mirror.example/quay/argoproj/argocd",
        });
        assert.deepEqual(at(values({ images: MOVED }), "redis", "image"), {
            repository: "mirror.example/ecr/docker/library/redis",
            tag: "8.2.3-alpine",
        });
    });

    it("lets a digest ride on the tag, the pinned one where an override has none", () => {
        const images = {
            ...PINNED,
            overrides: { argocd: `quay.io/argoproj/argocd@${DIGEST}`, "argocd-redis": `redis:7@${DIGEST}` },
        };
        assert.equal(at(values({ images }), "global", "image", "tag"), `v3.3.9@${DIGEST}`);
        assert.equal(at(values({ images }), "redis", "image", "tag"), `7@${DIGEST}`);
    });

    it("has no null, which Pulumi's provider would drop", () => {
        for (const { title, values: of } of GITOPS_RELEASES) {
            assert.ok(!JSON.stringify(of).includes("null"), title);
        }
    });
});
