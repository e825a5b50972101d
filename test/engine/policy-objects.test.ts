import assert from "node:assert/strict";
import { CHART_NAMES } from "../../components/config/versions";
import type { ScriptResult } from "../helpers/fake-kind";
import { KwokScripts, missingKwokTools } from "../helpers/kwok-scripts";
import { idOf, type Manifest } from "../helpers/manifests";
import { bothSources, NO_OFFICIAL_CHARTS } from "../helpers/official-charts";
import { Renderings, renderStack } from "../helpers/policy-stacks";
import { helm } from "../helpers/render";
import { skip, skipWithout } from "../helpers/skip";

const CLUSTER = "hearth-objects";
/** Kinds that others need before they can be judged. */
const FIRST = ["CustomResourceDefinition", "Namespace"];

/** Objects that are judged by one call of kubectl. */
const PART = 30;

/** What no API server may take: a field that does not exist, of a native kind and of a kind that a chart brings. */
const REFUSED: readonly Manifest[] = [
    { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "x", namespace: "edge" }, dat: {} },
    {
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata: { name: "x", namespace: "edge" },
        spec: {
            selector: { matchLabels: { a: "b" } },
            template: { metadata: { labels: { a: "b" } }, spec: { container: [] } },
        },
    },
    {
        apiVersion: "traefik.io/v1alpha1",
        kind: "Middleware",
        metadata: { name: "x", namespace: "edge" },
        spec: { retry: { attempt: 1 } },
    },
];

/**
 * What the API server takes and says something about: a chart's fields that Kubernetes has given up, and certificates
 * that are made up here.
 */
const HARMLESS_WARNING = /^Warning: .*(?:deprecated|unrecognized format|failed to find any PEM data)/;

function isNative({ apiVersion }: Manifest): boolean {
    return !apiVersion.includes(".");
}

describe("every object of a stack on a real API server", function () {
    this.timeout(300_000);

    before(function () {
        skipWithout(this, missingKwokTools());
        if (helm() === undefined) skip(this, "there is no helm on PATH");
    });

    for (const { title, path, there } of bothSources(...CHART_NAMES)) {
        describe(`with ${title}s`, () => {
            const kwok = new KwokScripts();
            const shared = new Renderings();
            const kubectl = (args: readonly string[], objects: readonly object[]): ScriptResult =>
                kwok.kubectl(CLUSTER, args, objects.map((one) => JSON.stringify(one)).join("\n"));

            before(async function () {
                if (!there) skip(this, NO_OFFICIAL_CHARTS);
                const made = await kwok.run("kwok-create.sh", CLUSTER);
                assert.equal(made.status, 0, made.stderr);
            });
            after(() => kwok.remove());

            // Each mode builds on what the one before it left: kinds and namespaces, and nothing else.
            for (const stack of ["dev-fast", "cilium", "full"]) {
                it(`${stack}: is taken whole, strictly, in a dry run`, async () => {
                    const { own, rendered } = await renderStack(stack, path, shared);
                    const objects = [...own, ...rendered];
                    const first = objects.filter(({ kind }) => FIRST.includes(kind));
                    const rest = objects.filter(({ kind }) => !FIRST.includes(kind));
                    assert.ok(first.length > 5 && rest.length > 60);
                    const applied = kubectl(
                        ["apply", "--server-side", "--force-conflicts", "--validate=strict", "-f", "-"],
                        first,
                    );
                    assert.equal(applied.status, 0, applied.stderr);
                    await kwok.kindsEstablished(CLUSTER);
                    const args = [
                        "apply",
                        "--server-side",
                        "--dry-run=server",
                        "--validate=strict",
                        "--output=name",
                        "-f",
                        "-",
                    ];
                    // In parts, since kubectl is given a minute for each call.
                    for (let start = 0; start < rest.length; start += PART) {
                        const part = rest.slice(start, start + PART);
                        const { status, stdout, stderr } = kubectl(args, part);
                        const complaints = stderr.split("\n").filter((line) => !HARMLESS_WARNING.test(line));
                        assert.deepEqual(complaints.join("\n").trim(), "");
                        assert.equal(status, 0, stderr);
                        assert.equal(stdout.trim().split("\n").length, part.length, part.map(idOf).join("\n"));
                    }
                });
            }

            it("is not taken with fields that do not exist", () => {
                // The stand-ins' kinds take any field.
                const refused = title.includes("official") ? REFUSED : REFUSED.filter(isNative);
                assert.ok(refused.length > 1);
                for (const one of refused) {
                    const judged = kubectl(
                        ["apply", "--server-side", "--dry-run=server", "--validate=strict", "-f", "-"],
                        [one],
                    );
                    assert.notEqual(judged.status, 0, idOf(one));
                    assert.match(judged.stderr, /unknown field|field not declared/, idOf(one));
                }
            });
        });
    }
});
