import assert from "node:assert/strict";
import { promiseOf, type Registered } from "../helpers/harness";
import { CLUSTER_ISSUER, EQUIPPED, runStack, type StackRun } from "../helpers/platform";
import { awaited, RELEASE } from "../helpers/stack-graph";

const POLICY = "kubernetes:security.istio.io/v1:AuthorizationPolicy";
const AUTHENTICATION = "kubernetes:security.istio.io/v1:RequestAuthentication";
const GATEWAY = "kubernetes:gateway.networking.k8s.io/v1:Gateway";
const JWKS = "modulus-of-the-cluster";

const metadataOf = ({ inputs }: Registered) =>
    inputs["metadata"] as {
        readonly name: string;
        readonly namespace?: string;
        readonly labels: Readonly<Record<string, string>>;
    };

describe("stack full", function () {
    this.timeout(60_000);

    let run: StackRun;
    before(async () => {
        run = await runStack("full");
    });

    it("has Istio and Argo CD beside all of cilium, and three nodes", () => {
        assert.equal(run.config.mode, "full");
        assert.deepEqual(run.config.cluster.provider === "kwok" && run.config.cluster.workers, 2);
        const releases = run.harness.all(RELEASE).map(({ inputs }) => String(inputs["name"]));
        for (const name of ["cilium", "istio-base", "istiod", "istio-cni", "ztunnel", "argocd", "traefik"]) {
            assert.equal(releases.filter((release) => release === name).length, 1, name);
        }
        assert.equal(run.platform.urls["argocd-http"], "http://127.0.0.1:30080");
        assert.equal(run.platform.urls["argocd-https"], "https://127.0.0.1:30443");
    });

    it("takes edge and applications into the mesh, applications by their waypoint, and nobody else", () => {
        const enrolled = run.harness
            .all("kubernetes:core/v1:Namespace")
            .map(metadataOf)
            .filter(({ labels }) => labels["istio.io/dataplane-mode"] !== undefined);
        assert.deepEqual(
            enrolled.map(({ name, labels }) => [name, labels["istio.io/use-waypoint"]]),
            [
                ["edge", undefined],
                ["apps", "waypoint"],
            ],
        );
    });

    it("has a waypoint, its tokens' check and the way past it closed for each namespace of applications", async () => {
        const two = await runStack("full", { settings: { applicationNamespaces: ["apps", "shop"] } });
        for (const namespace of ["apps", "shop"]) {
            const own = (type: string): readonly string[] =>
                two.harness
                    .all(type)
                    .map(metadataOf)
                    .filter((metadata) => metadata.namespace === namespace)
                    .map(({ name }) => name);
            assert.deepEqual(own(GATEWAY), ["waypoint"]);
            assert.deepEqual(own(AUTHENTICATION), ["jwt"]);
            for (const name of ["callers", "only-waypoint"]) assert.ok(own(POLICY).includes(name), name);
        }
    });

    it("trusts the cluster's own keys, which it asks for in each run, once", () => {
        assert.equal(run.asked.length, 1);
        assert.match(run.asked[0] ?? "", /tools\/run\.js cluster-keys$/);
        const [authentication] = run.harness.all(AUTHENTICATION);
        const text = JSON.stringify(authentication?.inputs);
        assert.ok(text.includes(CLUSTER_ISSUER.issuer) && text.includes(JWKS), text);
    });

    it("asks the cluster for no keys where another issuer is configured", async () => {
        const jwks = JSON.stringify({ keys: [{ kty: "RSA", kid: "other", n: "another-modulus", e: "AQAB" }] });
        const oidc = { issuer: "https://login.example.com", jwks };
        const other = await runStack("full", { settings: { oidc } });
        assert.deepEqual(other.asked, []);
        const text = JSON.stringify(other.harness.all(AUTHENTICATION).map(({ inputs }) => inputs));
        assert.ok(text.includes("another-modulus") && !text.includes(JWKS));
    });

    it("knows no keys in a preview before there is a cluster, and says so by unknown values", async () => {
        const preview = await runStack("full", { preview: true });
        assert.equal(preview.harness.all(AUTHENTICATION).length, 1);
        assert.ok(!JSON.stringify(preview.harness.all(AUTHENTICATION)).includes(JWKS));
    });

    it("makes every policy of the mesh as soon as Istio's kinds are there, and waits for no program of Istio", () => {
        const base = run.harness.only(RELEASE, "istio-base");
        const programs = ["istio-istiod", "istio-cni", "istio-ztunnel"].map(
            (name) => run.harness.only(RELEASE, name).urn,
        );
        const objects = run.harness.resources.filter(({ type }) => type.startsWith("kubernetes:security.istio.io/"));
        assert.ok(objects.length > 5);
        for (const object of objects) {
            const waits = awaited(run, object);
            assert.ok(waits.has(base.urn), object.name);
            assert.ok(!programs.some((urn) => waits.has(urn)), object.name);
        }
    });

    it("is not up on real nodes before istiod has made the waypoints", async () => {
        const expected = ({ harness }: StackRun): unknown => {
            const { stdin } = harness.only("command:local:Command", "readiness-gate").inputs;
            return (JSON.parse(String(stdin)) as { readonly expected?: unknown }).expected;
        };
        const real = await runStack("full", { environment: EQUIPPED, settings: { cluster: "kind" } });
        assert.deepEqual(expected(real), [{ namespace: "apps", name: "waypoint", maker: "istiod" }]);
        assert.equal(expected(run), undefined);
    });

    it("has mutual TLS for the whole mesh", () => {
        const strict = run.harness
            .all("kubernetes:security.istio.io/v1:PeerAuthentication")
            .find((one) => metadataOf(one).namespace === "istio-system");
        assert.deepEqual(strict?.inputs["spec"], { mtls: { mode: "STRICT" } });
    });

    it("tells where Argo CD's password is, and who signs in with it", async () => {
        const credentials = await promiseOf(run.platform.credentials);
        const argocd = credentials["argocd/admin"];
        assert.equal(argocd?.user, "admin");
        assert.match(argocd?.secret ?? "", /^argocd\//);
        assert.ok((argocd?.password ?? "").length >= 12);
    });

    it("delivers this checkout by a git server of its own, or from the repository that is configured", async () => {
        const sets = ({ harness }: StackRun) =>
            harness.resources.filter(({ type }) => type.endsWith(":ApplicationSet"));
        const servers = ({ harness }: StackRun) => harness.all("hearth:gitops:GitServer");
        assert.match(JSON.stringify(sets(run)[0]?.inputs), /git:\/\/git-server\.argocd\.svc:9418\/checkout\.git/);
        assert.equal(servers(run).length, 1);
        const settings = { gitops: { repository: "https://git.example.com/apps.git" } };
        const elsewhere = await runStack("full", { settings });
        assert.deepEqual(servers(elsewhere), []);
        const [set] = sets(elsewhere);
        assert.match(JSON.stringify(set?.inputs), /https:\/\/git\.example\.com\/apps\.git/);
    });

    it("leaves the demo out unless it is asked for", async () => {
        const folders = ({ harness }: StackRun): unknown => {
            const [set] = harness.resources.filter(({ type }) => type.endsWith(":ApplicationSet"));
            const { generators } = set?.inputs["spec"] as { generators: { git: { directories: unknown } }[] };
            return generators[0]?.git.directories;
        };
        const tree = { path: "manifests/full/*" };
        assert.deepEqual(folders(run), [tree, { path: "manifests/full/demo", exclude: true }]);
        assert.deepEqual(folders(await runStack("full", { settings: { demo: true } })), [tree]);
        const own = { gitops: { path: "apps/*" } };
        assert.deepEqual(folders(await runStack("full", { settings: own })), [{ path: "apps/*" }]);
    });
});
