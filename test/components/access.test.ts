import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { chartSources, chartsOf } from "../../components/config/charts";
import type { Layer } from "../../components/config/layers";
import type { Issuer } from "../../components/config/schema";
import { ApplicationAccess } from "../../components/access/application-access";
import { clusterIssuer } from "../../components/access/cluster-keys";
import type { TrustedIssuer } from "../../components/access/issuer";
import { Users } from "../../components/access/users";
import { GatewayApi } from "../../components/gateway-api/gateway-api";
import { Istio } from "../../components/mesh/istio";
import { Waypoint } from "../../components/mesh/waypoint";
import { Namespaces } from "../../components/namespaces/namespaces";
import { accessSettings, SIGNER, trustedCluster } from "../helpers/access-mesh";
import { Harness, promiseOf } from "../helpers/harness";
import { PINNED } from "../helpers/observability";

const RELEASE = "kubernetes:helm.sh/v3:Release";
const NAMESPACE = "kubernetes:core/v1:Namespace";
const ACCOUNT = "kubernetes:core/v1:ServiceAccount";
const QUOTA = "kubernetes:core/v1:ResourceQuota";
const REQUEST = "kubernetes:security.istio.io/v1:RequestAuthentication";
const POLICY = "kubernetes:security.istio.io/v1:AuthorizationPolicy";
/** An unknown value, as the engine or the SDK writes it. */
const UNKNOWN = /04da6b54-80e4-46f7-96ec-b56ff0331ba9|__pulumiUnknown/;

const LAYERS: readonly Layer[] = ["istio"];

const OIDC: Issuer = {
    kind: "oidc",
    issuer: "https://accounts.example.com",
    keys: { url: "https://accounts.example.com/keys" },
    rolesClaim: "roles",
};

interface Options {
    readonly issuer?: Issuer;
    readonly trusted?: () => pulumi.Input<TrustedIssuer>;
    readonly preview?: boolean;
}

async function build({ issuer, trusted = trustedCluster, preview = false }: Options = {}): Promise<Harness> {
    const harness = await Harness.start({ preview });
    await harness.run(() => {
        const charts = chartSources(chartsOf(LAYERS), [], "auto", true).sources;
        const cluster = { provider: "kwok", name: "hearth-full", workers: 0, cni: "cilium" } as const;
        const config = { layers: LAYERS, cluster, images: PINNED, charts, applicationNamespaces: ["apps"] };
        const access = accessSettings(issuer);
        const namespaces = new Namespaces("namespaces", { config });
        const gatewayApi = new GatewayApi("gateway-api", { config });
        const istio = new Istio("istio", { config, namespaces, gatewayApi });
        const waypoint = new Waypoint("waypoint-apps", { namespace: "apps", namespaces, gatewayApi });
        new Users("users", { access, namespaces });
        new ApplicationAccess("access-apps", {
            access,
            issuer: trusted(),
            waypoint,
            namespaces,
            kinds: istio.kinds,
        });
    });
    return harness;
}

describe("Users", () => {
    it("are ServiceAccounts without a token of their own, in a namespace where no pod may be", async () => {
        const harness = await build();
        const self = harness.only("hearth:access:Users").urn;
        const namespace = harness.only(NAMESPACE, "namespaces-users").urn;
        const accounts = harness.all(ACCOUNT);
        assert.deepEqual(accounts.map(({ name }) => name).sort(), ["users-user-alice", "users-user-bob"]);
        for (const { parent, dependencies, inputs } of accounts) {
            assert.equal(parent, self);
            assert.deepEqual(dependencies, [namespace]);
            assert.equal(inputs["automountServiceAccountToken"], false);
            assert.equal((inputs["metadata"] as { namespace: string }).namespace, "users");
        }
        const quota = harness.only(QUOTA);
        assert.deepEqual(quota.inputs["spec"], { hard: { pods: "0" } });
        assert.equal((quota.inputs["metadata"] as { namespace: string }).namespace, "users");
    });

    it("have no rights: no role, no binding", async () => {
        const harness = await build();
        assert.deepEqual(
            harness.resources.filter(({ type }) => type.includes("rbac")),
            [],
        );
    });

    it("are none of ours where another issuer has them", async () => {
        const harness = await build({ issuer: OIDC, trusted: () => ({ issuer: OIDC.issuer, keys: OIDC.keys }) });
        assert.deepEqual(harness.all(ACCOUNT), []);
        assert.equal(harness.all(QUOTA).length, 1);
    });
});

describe("ApplicationAccess", () => {
    it("makes what guards the namespace below itself, after the kinds and not after any pod", async () => {
        const harness = await build();
        const self = harness.only("hearth:access:ApplicationAccess").urn;
        const objects = [...harness.all(REQUEST), ...harness.all(POLICY)];
        assert.deepEqual(objects.map(({ name }) => name).sort(), [
            "access-apps-callers",
            "access-apps-jwt",
            "access-apps-only-waypoint",
            "access-apps-role-admin",
        ]);
        const needs = [harness.only(RELEASE, "istio-base").urn, harness.only(NAMESPACE, "namespaces-apps").urn];
        for (const { parent, dependencies, inputs } of objects) {
            assert.equal(parent, self);
            assert.deepEqual([...dependencies].sort(), [...needs].sort());
            assert.equal((inputs["metadata"] as { namespace: string }).namespace, "apps");
        }
    });

    it("shows its keys to everybody, since they are public", async () => {
        const harness = await build({ trusted: () => pulumi.output(trustedCluster()) });
        const request = harness.only(REQUEST);
        assert.deepEqual(request.secretInputs, []);
        assert.ok(JSON.stringify(request.inputs).includes(SIGNER.jwk.n ?? "-"));
    });

    it("knows which objects there will be before the issuer is known, and leaves only their content open", async () => {
        const trusted = (): pulumi.Output<TrustedIssuer> =>
            pulumi.output(undefined).apply(() => pulumi.unknown as unknown as TrustedIssuer);
        const harness = await build({ preview: true, trusted });
        const objects = [...harness.all(REQUEST), ...harness.all(POLICY)];
        assert.equal(objects.length, 4);
        for (const { inputs } of objects) {
            assert.match(JSON.stringify(inputs["spec"]), UNKNOWN);
            assert.doesNotMatch(JSON.stringify(inputs["metadata"]), UNKNOWN);
        }
    });

    it("is told apart by its namespace, and tells no key in its summary", async () => {
        const harness = await build();
        const { inputs } = harness.only("hearth:access:ApplicationAccess");
        assert.deepEqual(inputs, {
            namespace: "apps",
            issuer: "cluster",
            audiences: ["platform"],
            publicPaths: ["/healthz"],
            roles: ["admin"],
        });
    });
});

describe("the cluster as issuer", () => {
    interface Asked {
        readonly token: string;
        readonly inputs: Record<string, unknown>;
    }

    /** Runs what asks the cluster, with an answer of its own. */
    async function ask(
        kubeconfig: () => pulumi.Input<string>,
        { preview = false, printed = "" }: { readonly preview?: boolean; readonly printed?: string } = {},
    ): Promise<{ readonly asked: readonly Asked[]; readonly issuer: pulumi.Output<TrustedIssuer> }> {
        const asked: Asked[] = [];
        const harness = await Harness.start({
            preview,
            answer: ({ token, inputs }) => {
                asked.push({ token, inputs });
                return { ...inputs, stdout: printed, stderr: "" };
            },
        });
        const issuer = await harness.run(() => clusterIssuer(kubeconfig()));
        return { asked, issuer };
    }
    const printed = JSON.stringify({ issuer: "https://cluster", jwks: { keys: [SIGNER.privateJwk()] } });

    it("is asked in every run, by a command that is given the kubeconfig and nothing else", async () => {
        const { asked, issuer } = await ask(() => pulumi.secret("kubeconfig"), { printed });
        assert.deepEqual(
            asked.map(({ token, inputs }) => ({ token, ...inputs })),
            [
                {
                    token: "command:local:run",
                    command: "exec node tools/run.js cluster-keys",
                    interpreter: ["bash", "-euo", "pipefail", "-c"],
                    stdin: "kubeconfig",
                    addPreviousOutputInEnv: false,
                    logging: "stderr",
                },
            ],
        );
        const found = await promiseOf(issuer);
        assert.equal(found.issuer, "https://cluster");
        assert.ok("jwks" in found.keys && !found.keys.jwks.includes(`"d"`));
    });

    it("is no secret, though the question is", async () => {
        const { issuer } = await ask(() => pulumi.secret("kubeconfig"), { printed });
        assert.equal(await pulumi.isSecret(issuer), false);
    });

    it("is asked in previews too, and unknown where the cluster does not answer", async () => {
        const answered = await ask(() => "kubeconfig", { preview: true, printed });
        assert.match(String(answered.asked[0]?.inputs["command"]), / --preview$/);
        assert.equal((await promiseOf(answered.issuer)).issuer, "https://cluster");
        const silent = await ask(() => "kubeconfig", { preview: true });
        assert.equal(await Reflect.get(silent.issuer, "isKnown"), false);
    });

    it("is an error outside of previews when the cluster tells nothing", async () => {
        const { issuer } = await ask(() => "kubeconfig");
        await assert.rejects(Reflect.get(issuer, "promise").call(issuer), /the cluster told no keys/);
    });

    it("is not asked, and unknown, before there is a cluster", async () => {
        const unknown = (): pulumi.Output<string> =>
            pulumi.output(undefined).apply(() => pulumi.unknown as unknown as string);
        const { asked, issuer } = await ask(unknown, { preview: true });
        assert.deepEqual(asked, []);
        assert.equal(await Reflect.get(issuer, "isKnown"), false);
    });
});
