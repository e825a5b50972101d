import assert from "node:assert/strict";
import { chartSources, chartsOf } from "../../components/config/charts";
import { DEFAULT_LAYERS, type Layer } from "../../components/config/layers";
import type { GitopsConfig } from "../../components/config/schema";
import { ArgoCd } from "../../components/gitops/argocd";
import { Namespaces } from "../../components/namespaces/namespaces";
import { Credentials } from "../../components/secrets/credentials";
import { GITOPS, settings } from "../helpers/gitops";
import { Harness, promiseOf, type Registered } from "../helpers/harness";
import { drawn } from "../helpers/leaks";

const RELEASE = "kubernetes:helm.sh/v3:Release";
const PROJECT = "kubernetes:argoproj.io/v1alpha1:AppProject";
const APPLICATIONS = "kubernetes:argoproj.io/v1alpha1:ApplicationSet";
const ROLE = "kubernetes:rbac.authorization.k8s.io/v1:Role";
const GUARD = "kubernetes:admissionregistration.k8s.io/v1:ValidatingAdmissionPolicy";
const BINDING = "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding";
const LAYERS: readonly Layer[] = [...DEFAULT_LAYERS, "istio", "argocd"];
const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

interface Options {
    readonly gitops?: GitopsConfig;
    readonly applicationNamespaces?: readonly string[];
    readonly preview?: boolean;
}

interface Built {
    readonly harness: Harness;
    readonly argocd: ArgoCd;
    readonly credentials: Credentials;
}

async function build(options: Options = {}): Promise<Built> {
    const { gitops = GITOPS, applicationNamespaces = ["shop", "billing"], preview = false } = options;
    const harness = await Harness.start({ preview, outputs: (args) => (preview ? {} : drawn(args)) });
    const { argocd, credentials } = await harness.run(() => {
        const config = {
            ...settings({ applicationNamespaces }),
            layers: LAYERS,
            databases: [],
            gitops,
            charts: chartSources(chartsOf(LAYERS), [], "auto", true).sources,
        };
        const namespaces = new Namespaces("namespaces", { config });
        const credentials = new Credentials("credentials", { config, namespaces });
        const kinds = [namespaces.of("edge")];
        const argocd = new ArgoCd("argocd", { config, serviceType: "NodePort", namespaces, credentials, kinds });
        return { argocd, credentials };
    });
    return { harness, argocd, credentials };
}

function metadata({ inputs }: Registered): { readonly name: string; readonly namespace: string } {
    return inputs["metadata"] as ReturnType<typeof metadata>;
}

describe("ArgoCd", () => {
    it("installs the chart literally, by a relative path, below itself, in its namespace", async () => {
        const { harness } = await build();
        const release = harness.only(RELEASE);
        const { name, namespace, chart, version, createNamespace, skipAwait, skipCrds } = release.inputs;
        assert.equal(release.inputs["disableOpenapiValidation"], true);
        assert.deepEqual(
            { name, namespace, chart, version, createNamespace, skipAwait, skipCrds },
            {
                name: "argocd",
                namespace: "argocd",
                chart: "./test/fixtures/charts/argo-cd",
                version: "9.5.11",
                createNamespace: false,
                skipAwait: true,
                skipCrds: false,
            },
        );
        assert.equal(release.parent, harness.only("hearth:gitops:ArgoCd").urn);
        assert.ok(release.deleteBeforeReplace);
    });

    it("waits for what its pods need: Secrets, rights and the kinds that applications may have", async () => {
        const { harness } = await build();
        const needed = [
            harness.only("kubernetes:core/v1:Namespace", "namespaces-argocd"),
            harness.only("kubernetes:core/v1:Namespace", "namespaces-edge"),
            harness.only("kubernetes:core/v1:Secret", "credentials-argocd-secret"),
            harness.only("kubernetes:core/v1:Secret", "credentials-argocd-redis"),
            ...harness.all(ROLE),
            ...harness.all(BINDING),
        ].map(({ urn }) => urn);
        const found = harness.only(RELEASE).dependencies.filter((urn) => !urn.includes("random:"));
        assert.deepEqual([...found].sort(), needed.sort());
    });

    it("has rights in the namespaces of the applications, each after its namespace, and in no other", async () => {
        const { harness } = await build();
        const expected = ["shop", "billing"].flatMap((namespace) =>
            ["argocd-application-controller", "argocd-server"].map((name) => `${namespace}/${name}`),
        );
        for (const type of [ROLE, BINDING]) {
            const found = harness.all(type);
            assert.deepEqual(
                found.map((one) => `${metadata(one).namespace}/${metadata(one).name}`).sort(),
                [...expected].sort(),
            );
            for (const one of found) {
                const home = harness.only("kubernetes:core/v1:Namespace", `namespaces-${metadata(one).namespace}`);
                assert.deepEqual(one.dependencies, [home.urn]);
            }
        }
        assert.ok(harness.resources.every(({ type }) => !type.includes("ClusterRole")));
    });

    it("binds each right to the ServiceAccount of the same name, in argocd", async () => {
        const { harness } = await build();
        for (const { inputs } of harness.all(BINDING)) {
            const { name } = inputs["metadata"] as { name: string };
            assert.deepEqual(inputs["roleRef"], { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name });
            assert.deepEqual(inputs["subjects"], [{ kind: "ServiceAccount", name, namespace: "argocd" }]);
        }
    });

    it("makes the projects when the release has brought their kind, and the ApplicationSet after its project and guard", async () => {
        const { harness } = await build();
        const release = harness.only(RELEASE);
        const project = harness.only(PROJECT, "argocd-project");
        assert.deepEqual(project.dependencies, [release.urn]);
        assert.deepEqual(harness.only(PROJECT, "argocd-default-project").dependencies, [release.urn]);
        const guard = [GUARD, `${GUARD}Binding`].map((type) => harness.only(type).urn);
        assert.deepEqual([...harness.only(APPLICATIONS).dependencies].sort(), [project.urn, ...guard].sort());
        assert.deepEqual(metadata(harness.only(APPLICATIONS)).namespace, "argocd");
    });

    it("delivers nothing without a repository, and still permits the project default nothing", async () => {
        const { revision, path } = GITOPS;
        const { harness, argocd } = await build({ gitops: { revision, path } });
        assert.equal(argocd.delivers, false);
        assert.equal(harness.all(APPLICATIONS).length, 0);
        assert.deepEqual(
            harness.all(PROJECT).map(({ name }) => name),
            ["argocd-default-project"],
        );
        assert.equal((await build()).argocd.delivers, true);
    });

    it("shows the address of the repository where it is needed and nowhere else", async () => {
        const { harness } = await build();
        const shown = harness.resources.filter(({ inputs }) => JSON.stringify(inputs).includes("git.example"));
        assert.deepEqual(shown.map(({ name }) => name).sort(), ["argocd-applications", "argocd-project"]);
    });

    it("starts pods anew with another password of Redis, which itself is in no value", async () => {
        const { harness, credentials } = await build();
        const values = JSON.stringify(harness.only(RELEASE).inputs["values"]);
        assert.ok(values.includes(await promiseOf(credentials.of("argocd-redis").checksum)));
        const secret = harness.only("kubernetes:core/v1:Secret", "credentials-argocd-redis").inputs["stringData"];
        for (const text of Object.values(secret as Record<string, string>)) assert.ok(!values.includes(text));
    });

    it("is watched by the readiness gate as its release", async () => {
        const { argocd } = await build();
        assert.equal(argocd.rollout.resource.constructor.name, "Release");
    });

    it("previews with no cluster yet: all is known but the checksum of what is not drawn yet", async () => {
        const { harness } = await build({ preview: true });
        assert.equal(harness.all(APPLICATIONS).length, 1);
        for (const { type, inputs } of harness.resources) {
            if (type === RELEASE || type.includes("Secret") || type.startsWith("hearth:")) continue;
            assert.ok(!JSON.stringify(inputs).includes(UNKNOWN), type);
        }
    });
});
