import assert from "node:assert/strict";
import { KUBE_SYSTEM, namespacesOf } from "../../components/config/namespaces";
import { namespaceLabels } from "../../components/namespaces/namespaces";
import { applicationGuard } from "../../components/gitops/application-guard";
import { applicationRoles } from "../../components/gitops/application-rbac";
import { CONTROLLER, NAMESPACE } from "../../components/gitops/identities";
import type { ScriptResult } from "../helpers/fake-kind";
import { roleObjects } from "../helpers/gitops-cluster";
import { KwokScripts, missingKwokTools } from "../helpers/kwok-scripts";
import { idOf, type Manifest } from "../helpers/manifests";
import { isOfficialThere, officialChart, standInChart } from "../helpers/official-charts";
import { helm, render } from "../helpers/render";
import { RENDERED_STACKS, renderedObjects } from "../helpers/rendered-tree";
import { skip, skipWithout } from "../helpers/skip";

const CLUSTER = "hearth-rendered-tree";
const APPLICATIONS = ["apps"] as const;

/** Charts of the kinds that routes are of; they need no values. */
const KINDS = ["gateway-api", "traefik-crds"] as const;

describe("the committed trees of manifests, asked of a real API server", function () {
    this.timeout(120_000);
    const kwok = new KwokScripts();
    const missing = missingKwokTools();
    const program = helm();

    const kubectl = (args: readonly string[], objects: readonly unknown[] = []): ScriptResult =>
        kwok.kubectl(CLUSTER, args, JSON.stringify({ apiVersion: "v1", kind: "List", items: objects }));
    const apply = (objects: readonly unknown[], ...more: readonly string[]): ScriptResult => {
        const result = kubectl(["apply", "--server-side", "--validate=strict", "-f", "-", ...more], objects);
        assert.equal(result.status, 0, result.stderr);
        return result;
    };
    /** As Argo CD creates it, with its rights and past the guard; nothing is kept. */
    const tryIt = (object: Manifest): ScriptResult => {
        const as = `--as=system:serviceaccount:${NAMESPACE}:${CONTROLLER}`;
        return kubectl(["create", "--dry-run=server", "--validate=strict", as, "-f", "-"], [object]);
    };

    before(async function () {
        skipWithout(this, missing);
        if (program === undefined) skip(this, "there is no helm on PATH");
        const { status, stderr } = await kwok.run("kwok-create.sh", CLUSTER);
        assert.equal(status, 0, stderr);
        const kinds = KINDS.flatMap((name) => {
            const chart = isOfficialThere(name) ? officialChart(name) : standInChart(name);
            return render(program, { chart, release: name, namespace: KUBE_SYSTEM, values: {} });
        });
        const namespaces = namespacesOf([], APPLICATIONS).map((spec) => ({
            apiVersion: "v1",
            kind: "Namespace",
            metadata: { name: spec.name, labels: namespaceLabels(spec) },
        }));
        apply([...kinds, ...namespaces]);
        await kwok.kindsEstablished(CLUSTER);
        apply([
            ...APPLICATIONS.flatMap(applicationRoles).flatMap(roleObjects),
            ...applicationGuard(APPLICATIONS).map(({ object }) => object),
        ]);
    });
    after(() => kwok.remove());

    for (const stack of RENDERED_STACKS) {
        it(`are accepted for ${stack}: strictly, with Argo CD's rights, and without a warning of Pod Security`, () => {
            const objects = renderedObjects(stack);
            assert.ok(objects.length > 0);
            for (const { manifest } of objects) {
                const { status, stderr } = tryIt(manifest);
                assert.equal(status, 0, `${idOf(manifest)}: ${stderr}`);
                assert.equal(stderr, "", idOf(manifest));
            }
        });
    }

    it("would not be accepted with a field that does not exist, or with a pod that may be root", () => {
        const found = renderedObjects("dev-fast").find(({ manifest }) => manifest.kind === "Deployment");
        assert.ok(found !== undefined);
        const changed = (from: string, to: string): Manifest => {
            const text = JSON.stringify(found.manifest);
            assert.ok(text.includes(from));
            return JSON.parse(text.replaceAll(from, to)) as Manifest;
        };
        const misspelt = tryIt(changed('"replicas"', '"replica"'));
        assert.notEqual(misspelt.status, 0);
        assert.match(misspelt.stderr, /unknown field "(spec\.)?replica"/);
        const root = tryIt(changed('"runAsNonRoot":true', '"runAsNonRoot":false'));
        assert.match(root.stderr, /would violate PodSecurity "restricted/);
    });

    for (const stack of RENDERED_STACKS) {
        it(`come up when they are applied for ${stack}, and are unchanged when they are applied again`, () => {
            const manifests = renderedObjects(stack).map(({ manifest }) => manifest);
            apply(manifests);
            const deployments = manifests.filter(({ kind }) => kind === "Deployment");
            const names = deployments.map(({ metadata }) => `deployment/${metadata.name}`);
            const wait = ["-n", "apps", "wait", "--for=condition=Available", "--timeout=60s"];
            const waited = kubectl([...wait, ...names]);
            assert.equal(waited.status, 0, waited.stderr);
            const before = generations();
            assert.ok(before.length > 0);
            apply(manifests);
            assert.equal(generations(), before);
        });
    }

    function generations(): string {
        const kinds = "deployments,services,serviceaccounts,httproutes";
        return kubectl(["-n", "apps", "get", kinds, "-o", "jsonpath={.items[*].metadata.generation}"]).stdout;
    }
});
