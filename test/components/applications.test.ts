import assert from "node:assert/strict";
import { readApplications, type Application } from "../../components/delivery/tree";
import { Applications } from "../../components/delivery/applications";
import { Harness, type Registered } from "../helpers/harness";
import { builtPlatform, presetConfig, runStack } from "../helpers/platform";

const CONFIG_MAP = "kubernetes:core/v1:ConfigMap";

function applications(...waves: readonly number[]): readonly Application[] {
    const text = waves
        .map(
            (wave, index) =>
                `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: c${index}, annotations: { argocd.argoproj.io/sync-wave: "${wave}" } }\n`,
        )
        .join("---\n");
    const folders = ["web", "api"].map((name) => ({
        folder: `manifests/dev-fast/${name}`,
        files: [{ path: `manifests/dev-fast/${name}/a.yaml`, text: text.replaceAll("name: c", `name: ${name}-c`) }],
    }));
    const read = readApplications(folders, ["apps"]);
    assert.deepEqual(read.problems, []);
    return read.applications;
}

const annotations = ({ inputs }: Registered): Readonly<Record<string, string>> => {
    const metadata = inputs["metadata"] as { readonly annotations?: Readonly<Record<string, string>> };
    return metadata.annotations ?? {};
};

describe("Applications", () => {
    it("registers each object as what it is, named after kind, namespace and name", async () => {
        const harness = await Harness.start();
        await harness.run(() => new Applications("applications", { applications: applications(0) }));
        assert.deepEqual(
            harness.all(CONFIG_MAP).map(({ name }) => name),
            ["applications-configmap.apps.web-c0", "applications-configmap.apps.api-c0"],
        );
        const parent = harness.only("hearth:delivery:Applications");
        for (const { parent: own } of harness.all(CONFIG_MAP)) assert.equal(own, parent.urn);
    });

    it("makes a wave after all of the wave before it, of its own application only", async () => {
        const harness = await Harness.start();
        await harness.run(() => new Applications("applications", { applications: applications(0, 0, 1) }));
        const urn = (name: string): string => harness.only(CONFIG_MAP, `applications-configmap.apps.${name}`).urn;
        for (const name of ["web", "api"]) {
            const late = harness.only(CONFIG_MAP, `applications-configmap.apps.${name}-c2`);
            assert.deepEqual([...late.dependencies].sort(), [urn(`${name}-c0`), urn(`${name}-c1`)].sort());
            assert.deepEqual(harness.only(CONFIG_MAP, `applications-configmap.apps.${name}-c0`).dependencies, []);
        }
    });

    it("has Pulumi wait until every wave is well but the last, which the gate watches", async () => {
        const harness = await Harness.start();
        await harness.run(() => new Applications("applications", { applications: applications(0, 1) }));
        const skips = (name: string): boolean =>
            annotations(harness.only(CONFIG_MAP, `applications-configmap.apps.${name}`))["pulumi.com/skipAwait"] ===
            "true";
        assert.deepEqual([skips("web-c0"), skips("web-c1")], [false, true]);
    });

    it("tells another value when anything of it changes", async () => {
        const harness = await Harness.start();
        const value = async (...waves: readonly number[]): Promise<string> => {
            const args = { applications: applications(...waves) };
            return (await harness.run(() => new Applications(`a${waves.join("-")}`, args))).applied;
        };
        assert.notEqual(await value(0), await value(1));
    });
});

describe("the applications of a platform", function () {
    this.timeout(60_000);

    const build = async (stack: string): Promise<Harness> => {
        const config = presetConfig(stack);
        const harness = await Harness.start({
            stack,
            outputs: ({ type }) => (type.endsWith(":Release") ? { status: { status: "deployed", revision: 1 } } : {}),
            answer: ({ inputs }) => ({
                ...inputs,
                stdout: JSON.stringify({ issuer: "i", jwks: { keys: [] } }),
                stderr: "",
            }),
        });
        await harness.run(() => builtPlatform({ config, applications: applications(0) }));
        return harness;
    };

    it("are Pulumi's where there is no Argo CD, after their namespace, policies and the kinds of routes", async () => {
        const harness = await build("dev-fast");
        const [first] = harness.all(CONFIG_MAP).filter(({ name }) => name.startsWith("applications-"));
        const waits = new Set(first?.dependencies);
        for (const [type, name] of [
            ["kubernetes:core/v1:Namespace", "namespaces-apps"],
            ["kubernetes:networking.k8s.io/v1:NetworkPolicy", "policies-apps-default-deny"],
            ["kubernetes:helm.sh/v3:Release", "gateway-api-release"],
            ["kubernetes:helm.sh/v3:Release", "traefik-crds"],
        ] as const) {
            assert.ok(waits.has(harness.only(type, name).urn), name);
        }
    });

    it("are nobody's dependency: make watch could not remove an object that something else depends on", async () => {
        const harness = await build("dev-fast");
        const own = harness.resources.filter(({ name }) => name.startsWith("applications"));
        const urns = new Set(own.map(({ urn }) => urn));
        assert.ok(urns.size > 2);
        for (const resource of harness.resources) {
            if (urns.has(resource.urn)) continue;
            assert.deepEqual(
                resource.dependencies.filter((urn) => urns.has(urn)),
                [],
                resource.name,
            );
        }
    });

    it("run the gate again when they change", async () => {
        const triggers = async (applied: readonly Application[]): Promise<unknown> => {
            const harness = await Harness.start({
                outputs: ({ type }) =>
                    type.endsWith(":Release") ? { status: { status: "deployed", revision: 1 } } : {},
            });
            const config = presetConfig("dev-fast");
            await harness.run(() => builtPlatform({ config, applications: applied }));
            return harness.only("command:local:Command", "readiness-gate").inputs["triggers"];
        };
        const [none, some, others] = [
            await triggers([]),
            await triggers(applications(0)),
            await triggers(applications(1)),
        ];
        assert.notDeepEqual(none, some);
        assert.notDeepEqual(some, others);
    });

    it("are Argo CD's alone where that is: no object has two owners", async () => {
        const harness = await build("full");
        assert.deepEqual(harness.all("hearth:delivery:Applications"), []);
        assert.deepEqual(
            harness.all(CONFIG_MAP).filter(({ name }) => name.startsWith("applications-")),
            [],
        );
        assert.equal(harness.all("kubernetes:argoproj.io/v1alpha1:ApplicationSet").length, 1);
    });

    it("are none of the platform's own objects in any stack, which has the Secret that they name", async () => {
        const { loadApplications } = await import("../../components/delivery/read-tree");
        for (const stack of ["dev-fast", "cilium", "full"]) {
            const { config, harness } = await runStack(stack, { settings: { demo: true } });
            const objects = loadApplications(process.cwd(), config).flatMap((application) => application.objects);
            const ids = objects.map(({ id }) => id);
            assert.ok(ids.length > 0, stack);
            const platform = harness.resources.flatMap(({ type, inputs }) => {
                const { name, namespace } = (inputs["metadata"] ?? {}) as { name?: string; namespace?: string };
                return namespace === undefined ? [] : [`${type.split(":").at(-1) ?? ""} ${namespace}/${name ?? ""}`];
            });
            assert.ok(platform.length > 20);
            assert.deepEqual(
                ids.filter((id) => platform.includes(id)),
                [],
                stack,
            );
            const named = [...JSON.stringify(objects).matchAll(/"secretName":"([^"]+)"/g)].map(([, name]) => name);
            assert.deepEqual(named, ["demo-database"], stack);
            for (const name of named) assert.ok(platform.includes(`Secret apps/${name}`), stack);
        }
    });
});
